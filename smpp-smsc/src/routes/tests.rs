//! Which route a message takes, and in which order its targets are tried.

use smpp_pdu::{Npi, Ton};

use super::*;

fn to(destination: &str) -> Sample<'_> {
    let address = |digits| Address::international(digits).unwrap();
    Sample::new(
        Origin::Account("bank"),
        address("15550100"),
        address(destination),
    )
}

fn name<'a>(routes: &'a Routes, sample: &Sample<'_>) -> Option<&'a str> {
    routes.find(sample).map(Route::name)
}

#[test]
fn the_first_route_that_matches_counts() {
    let routes: Routes = [
        Route::new("short").destinations([AddressPattern::exact("4711")]),
        Route::new("mobile").destinations([
            AddressPattern::prefix("+4477"),
            AddressPattern::regex("^44(78|79)[0-9]{8}$").unwrap(),
        ]),
        Route::new("britain").destinations([AddressPattern::parse("44*").unwrap()]),
    ]
    .into_iter()
    .collect();
    for (destination, expected) in [
        ("4711", Some("short")),
        ("47110", None),
        ("447700900123", Some("mobile")),
        ("447900900123", Some("mobile")),
        ("4479009001234", Some("britain")),
        ("4420", Some("britain")),
        ("15550199", None),
    ] {
        assert_eq!(name(&routes, &to(destination)), expected, "{destination}");
    }
    assert!(Routes::new().find(&to("4711")).is_none());
}

#[test]
fn all_conditions_of_a_route_have_to_hold() {
    let route = Route::new("one")
        .sources([AddressPattern::prefix("1555")])
        .accounts(["bank", "shop"])
        .destination_ton(Ton::INTERNATIONAL)
        .destination_npi(Npi::ISDN)
        .source_ton(Ton::INTERNATIONAL)
        .source_npi(Npi::ISDN);
    let fits = to("44");
    assert!(route.matches(&fits));
    let national = |address: Address<'static>| Address {
        ton: Ton::NATIONAL,
        ..address
    };
    let other = Address::international("1666").unwrap();
    for wrong in [
        Sample {
            origin: Origin::Account("other"),
            ..fits
        },
        Sample {
            origin: Origin::Centre("bank"),
            ..fits
        },
        Sample {
            source: other,
            ..fits
        },
        Sample {
            destination: national(other),
            ..fits
        },
        Sample {
            source: national(Address::international("1555").unwrap()),
            ..fits
        },
        Sample {
            destination: Address {
                npi: Npi::UNKNOWN,
                ..fits.destination
            },
            ..fits
        },
    ] {
        assert!(!route.matches(&wrong), "{wrong:?}");
    }
}

#[test]
fn a_route_of_accounts_and_centres_is_for_either() {
    let route = Route::new("both").accounts(["bank"]).centres(["north"]);
    let from = |origin| Sample { origin, ..to("44") };
    assert!(route.matches(&from(Origin::Account("bank"))));
    assert!(route.matches(&from(Origin::Centre("north"))));
    assert!(!route.matches(&from(Origin::Centre("bank"))));
    let centres = Route::new("centres").centres(["north"]);
    assert!(!centres.matches(&from(Origin::Account("bank"))));
    assert!(Route::new("any").matches(&from(Origin::Centre("north"))));
}

#[test]
fn patterns_are_read_from_texts_and_written_as_such() {
    for (text, written) in [
        ("4711", "4711"),
        ("+4477*", "4477*"),
        ("*", "*"),
        ("MY BANK", "MY BANK"),
    ] {
        assert_eq!(AddressPattern::parse(text).unwrap().to_string(), written);
    }
    for wrong in ["", "4*7", "**", "Größe", "123456789012345678901"] {
        assert!(AddressPattern::parse(wrong).is_err(), "{wrong}");
    }
    assert_eq!(AddressPattern::regex("^44").unwrap().to_string(), "/^44/");
    let error = AddressPattern::regex("44(").unwrap_err().to_string();
    assert!(error.contains("unclosed group"), "{error}");
    // One that would take all memory.
    assert!(AddressPattern::regex("(((a{1000}){1000}){1000})").is_err());
}

#[test]
fn targets_without_a_weight_keep_their_order() {
    let route = Route::new("r")
        .to(Target::centre("a"))
        .to_weighted(Target::Network, 0)
        .to(Target::account("b"));
    for draw in 0..10 {
        let order = route.order(draw);
        let expected = [
            &Target::centre("a"),
            &Target::Network,
            &Target::account("b"),
        ];
        assert_eq!(order, expected);
    }
    assert!(Route::new("none").order(1).is_empty());
}

#[test]
fn weights_decide_how_often_a_target_is_first() {
    let (a, b, c) = (
        Target::centre("a"),
        Target::centre("b"),
        Target::centre("c"),
    );
    let route = Route::new("r")
        .to(Target::Network)
        .to_weighted(a.clone(), 6)
        .to_weighted(b.clone(), 3)
        .to_weighted(c.clone(), 1);
    let mut first = [0_u32; 3];
    for draw in 0..10_000 {
        let order = route.order(draw);
        assert_eq!(order, route.order(draw), "the same draw, the same order");
        assert_eq!(order.len(), 4);
        assert_eq!(order[3], &Target::Network);
        let at = [&a, &b, &c].iter().position(|one| *one == order[0]);
        first[at.unwrap()] += 1;
    }
    for (count, expected) in first.into_iter().zip([6000, 3000, 1000_u32]) {
        assert!(count.abs_diff(expected) < 300, "{first:?}");
    }
}

#[test]
fn a_message_is_refused_at_once_where_nothing_else_can_come_first() {
    let refuse = || Target::Refuse(CommandStatus::ESME_RINVDSTADR);
    let refused = Some(CommandStatus::ESME_RINVDSTADR);
    let route = || Route::new("r");
    for (route, expected) in [
        (route().to(refuse()), refused),
        (route().to_weighted(refuse(), 1), refused),
        (
            route().to(Target::Network).to_weighted(refuse(), 1),
            refused,
        ),
        (route().to(Target::Network).to(refuse()), None),
        (route().to(refuse()).to_weighted(Target::Network, 1), None),
        (
            route()
                .to_weighted(refuse(), 1)
                .to_weighted(Target::Network, 1),
            None,
        ),
        (route(), None),
    ] {
        assert_eq!(route.refusal(), expected, "{route:?}");
    }
}
