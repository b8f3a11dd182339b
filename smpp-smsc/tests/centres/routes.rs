//! Several next centres.

use smpp_pdu::MessageState;
use smpp_smsc::Accounts;
use smpp_smsc::routes::{AddressPattern, Route, Routes, Target};

use crate::support::*;

#[tokio::test]
async fn the_second_centre_gets_what_the_first_cannot_take() {
    let (next, address) = serve(next_centre()).await;
    let builder = aggregator()
        .centre("north", link_to(&url(nobody())).build())
        .centre("south", link_to(&url(address)).build())
        .routes(all_to(["north", "south"]));
    let (_smsc, mut esme) = start(builder).await;
    for _ in 0..5 {
        let (state, _) = esme.sends(&message(NUMBER)).await;
        assert_eq!(state, MessageState::DELIVERED);
    }
    assert_eq!(next.stats().requests, 5);
}

#[tokio::test]
async fn messages_are_divided_by_weight() {
    let (north, to_north) = serve(next_centre()).await;
    let (south, to_south) = serve(next_centre()).await;
    let mut routes = Routes::new();
    routes.add(
        Route::new("all")
            .to_weighted(Target::centre("north"), 3)
            .to_weighted(Target::centre("south"), 1),
    );
    let builder = aggregator()
        .centre("north", link_to(&url(to_north)).build())
        .centre("south", link_to(&url(to_south)).build())
        .routes(routes);
    let (_smsc, mut esme) = start(builder).await;
    for _ in 0..200 {
        esme.submit(&message(NUMBER)).await;
    }
    for _ in 0..200 {
        assert_eq!(esme.receipt().await.state, MessageState::DELIVERED);
    }
    let (north, south) = (north.stats().requests, south.stats().requests);
    assert_eq!(north + south, 200);
    assert!(south > 0 && north > south, "{north} and {south}");
}

#[tokio::test]
async fn a_wrong_password_leaves_messages_waiting_until_it_is_put_right() {
    let (north, to_north) = serve(next_centre().account("us", "another")).await;
    let (_south, to_south) = serve(next_centre()).await;
    let mut routes = Routes::new();
    let britain = [AddressPattern::prefix("44")];
    routes.add(
        Route::new("britain")
            .destinations(britain)
            .to(Target::centre("north")),
    );
    routes.add(Route::new("others").to(Target::centre("south")));
    let builder = aggregator()
        .centre("north", link_to(&url(to_north)).build())
        .centre("south", link_to(&url(to_south)).build())
        .routes(routes);
    let (smsc, mut esme) = start(builder).await;
    let waiting = esme.submit(&message(NUMBER)).await;
    let (state, _) = esme.sends(&message("33199000000")).await;
    assert_eq!(state, MessageState::DELIVERED);
    patiently(async {
        while north.stats().refused_binds < 3 {
            tokio::task::yield_now().await;
        }
    })
    .await;
    assert_eq!(state_of(&smsc, &waiting).await, MessageState::ENROUTE);

    let mut accounts = Accounts::new();
    accounts.insert("us", "secret");
    north.set_accounts(accounts);
    let told = esme.receipt().await;
    assert_eq!((told.id, told.state), (waiting, MessageState::DELIVERED));
}
