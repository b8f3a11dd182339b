//! What accounts may do, and what they may not.

use core::time::Duration;
use std::sync::Arc;

use smpp_pdu::*;
use smpp_session::Rate;
use smpp_smsc::{
    Account, Accounts, Authenticator, BindAttempt, Builder, Clock, Password, Refusal, Smsc,
    SourceRule,
};
use tokio::sync::Semaphore;

use crate::broadcast;
use crate::support::*;

fn account() -> Account {
    Account::new(ACCOUNT.0, Password::plain(ACCOUNT.1)).unwrap()
}

fn with(account: Account) -> Builder {
    let mut accounts = Accounts::new();
    accounts.add(account);
    centre().accounts(accounts)
}

fn rules(rules: &[&str]) -> Vec<SourceRule> {
    rules
        .iter()
        .map(|one| SourceRule::new(one).unwrap())
        .collect()
}

#[tokio::test]
async fn binds_and_versions_may_be_limited() {
    let receivers = account()
        .bind_types(&[BindType::Receiver])
        .versions(&[InterfaceVersion::V3_4, InterfaceVersion::V5_0]);
    let (_smsc, address) = serve(with(receivers)).await;
    let mut client = Client::connect(address).await;
    for (bind_type, version, status) in [
        (BindType::Transmitter, 0x34, CommandStatus::ESME_RBINDFAIL),
        (BindType::Transceiver, 0x34, CommandStatus::ESME_RBINDFAIL),
        (BindType::Receiver, 0x33, CommandStatus::ESME_RBINDFAIL),
        (BindType::Receiver, 0x34, CommandStatus::ESME_ROK),
    ] {
        let resp = client
            .bind(bind_type, InterfaceVersion(version), ACCOUNT)
            .await;
        assert_eq!(resp.status(), status, "{bind_type:?} {version:#x}");
    }
    // Whoever does not know the password learns no rule.
    let mut stranger = Client::connect(address).await;
    let resp = stranger
        .bind(
            BindType::Transmitter,
            InterfaceVersion::V3_4,
            ("esme", "guess"),
        )
        .await;
    assert_eq!(resp.status(), CommandStatus::ESME_RINVPASWD);
}

#[cfg(feature = "accounts")]
#[tokio::test]
async fn an_account_may_be_bound_to_networks() {
    for (network, ip, status) in [
        ("127.0.0.0/8", "127.0.0.1", CommandStatus::ESME_ROK),
        ("127.0.0.0/8", "::ffff:127.0.0.1", CommandStatus::ESME_ROK),
        ("10.0.0.0/8", "127.0.0.1", CommandStatus::ESME_RBINDFAIL),
        ("::1/128", "::1", CommandStatus::ESME_ROK),
        ("::1/128", "::2", CommandStatus::ESME_RBINDFAIL),
    ] {
        let smsc = with(account().networks([network.parse().unwrap()])).start();
        let (near, far) = tokio::io::duplex(65_536);
        smsc.accept_from(
            far,
            format!("[{ip}]:1")
                .replace("[127.0.0.1]", "127.0.0.1")
                .parse()
                .unwrap(),
        )
        .unwrap();
        let mut client = Client::over(near);
        let resp = client
            .bind(BindType::Transceiver, InterfaceVersion::V3_4, ACCOUNT)
            .await;
        assert_eq!(resp.status(), status, "{ip} in {network}");
        // Without an address, nobody can say that it is allowed.
        let mut unknown = Client::within(&smsc);
        let resp = unknown
            .bind(BindType::Transceiver, InterfaceVersion::V3_4, ACCOUNT)
            .await;
        assert_eq!(resp.status(), CommandStatus::ESME_RBINDFAIL);
    }
}

#[tokio::test]
async fn sessions_of_an_account_may_be_limited_and_the_place_is_free_after_the_unbind() {
    let (_smsc, address) = serve(with(account().max_binds(2))).await;
    let first = Client::bound(address, BindType::Transmitter).await;
    let _second = Client::bound(address, BindType::Receiver).await;
    let mut third = Client::connect(address).await;
    let version = InterfaceVersion::V3_4;
    let resp = third.bind(BindType::Receiver, version, ACCOUNT).await;
    assert_eq!(resp.status(), CommandStatus::ESME_RALYBND);
    // Not closed yet: the response to the unbind is what counts.
    let mut first = first;
    let resp = first.ask(Unbind::default()).await;
    assert_eq!(resp.status(), CommandStatus::ESME_ROK);
    let resp = third.bind(BindType::Receiver, version, ACCOUNT).await;
    assert_eq!(resp.status(), CommandStatus::ESME_ROK);
}

#[tokio::test]
async fn one_session_too_many_may_end_the_oldest() {
    let (smsc, address) = serve(with(account().max_binds(2).replace_oldest(true))).await;
    let mut first = Client::bound(address, BindType::Transceiver).await;
    let mut second = Client::bound(address, BindType::Transceiver).await;
    let mut third = Client::bound(address, BindType::Transceiver).await;
    assert!(first.next().await.is_none());
    second.is_served().await;
    third.is_served().await;
    until(|| async { smsc.sessions().await.len() == 2 }).await;
    // Its end has given no place back that another has.
    let _fourth = Client::bound(address, BindType::Transceiver).await;
    assert!(second.next().await.is_none());
    third.is_served().await;
}

#[tokio::test]
async fn a_lost_connection_gives_its_place_back() {
    let (_smsc, address) = serve(with(account().max_binds(1))).await;
    drop(Client::bound(address, BindType::Transceiver).await);
    until(|| async {
        let mut client = Client::connect(address).await;
        let version = InterfaceVersion::V3_4;
        let resp = client.bind(BindType::Transceiver, version, ACCOUNT).await;
        resp.status() == CommandStatus::ESME_ROK
    })
    .await;
}

#[tokio::test]
async fn sources_may_be_limited_in_every_operation_that_has_one() {
    let (_smsc, address) = serve(with(account().sources(rules(&["BANK", "4477*"])))).await;
    let mut client = Client::bound(address, BindType::Transceiver).await;
    let dest = Address::international("447700900123").unwrap();
    for (source, status) in [
        ("BANK", CommandStatus::ESME_ROK),
        ("447712", CommandStatus::ESME_ROK),
        ("", CommandStatus::ESME_ROK),
        ("BANKS", CommandStatus::ESME_RINVSRCADR),
        ("4478", CommandStatus::ESME_RINVSRCADR),
    ] {
        let source = Address::from_human(source).unwrap();
        let submit = SubmitSm::new(source, dest, ShortMessage::new(b"x").unwrap());
        assert_eq!(client.ask(submit).await.status(), status, "{source}");
        let mut data = DataSm::default();
        (data.source_addr, data.destination_addr) = (source, dest);
        assert_eq!(client.ask(data).await.status(), status, "{source}");
        let one = [DestAddress::Sme(dest)];
        let multi = SubmitMulti {
            source_addr: source,
            dest_address: Repeated::from_slice(&one).unwrap(),
            ..SubmitMulti::default()
        };
        assert_eq!(client.ask(multi).await.status(), status, "{source}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_rate_of_its_own_holds_from_the_bind_on() {
    let rate = Rate {
        per_second: 1,
        burst: 2,
    };
    let smsc = with(account().rate(rate)).clock(Clock::runtime()).start();
    let mut client = Client::bound_within(&smsc, BindType::Transceiver).await;
    for _ in 0..2 {
        client.ask(sm()).await.message_id();
    }
    let resp = client.ask(sm()).await;
    assert_eq!(resp.status(), CommandStatus::ESME_RTHROTTLED);
    tokio::time::advance(Duration::from_secs(1)).await;
    client.ask(sm()).await.message_id();
}

#[tokio::test]
async fn a_window_of_its_own_holds_from_the_bind_on() {
    let (_smsc, address) = serve(with(account().window(3))).await;
    let mut client = Client::bound(address, BindType::Transceiver).await;
    let octets: Vec<u8> = (0..5).flat_map(|_| client.encode(sm())).collect();
    client.write(&octets).await;
    let mut statuses = Vec::new();
    for _ in 0..5 {
        statuses.push(client.receive().await.status());
    }
    let throttled = statuses
        .iter()
        .filter(|one| **one == CommandStatus::ESME_RTHROTTLED)
        .count();
    // All came in one read, so that none was answered in between.
    assert_eq!(throttled, 2, "{statuses:?}");
}

#[tokio::test(start_paused = true)]
async fn a_quota_counts_all_sessions_and_recipients_of_a_day() {
    let smsc = with(account().daily_quota(4))
        .clock(Clock::runtime())
        .start();
    let mut first = Client::bound_within(&smsc, BindType::Transceiver).await;
    let mut second = Client::bound_within(&smsc, BindType::Transmitter).await;
    let dest = DestAddress::Sme(Address::international("447700900123").unwrap());
    let three = [dest; 3];
    let multi = SubmitMulti {
        source_addr: Address::alphanumeric("BANK").unwrap(),
        dest_address: Repeated::from_slice(&three).unwrap(),
        ..SubmitMulti::default()
    };
    first.ask(multi).await.message_id();
    second.ask(sm()).await.message_id();
    for client in [&mut first, &mut second] {
        let resp = client.ask(sm()).await;
        assert_eq!(resp.status(), CommandStatus::ESME_RMSGQFUL);
    }
    // Sessions do not sleep through a day without an enquire_link.
    drop((first, second));
    tokio::time::sleep(Duration::from_secs(86_400)).await;
    let mut third = Client::bound_within(&smsc, BindType::Transmitter).await;
    third.ask(sm()).await.message_id();
}

#[tokio::test]
async fn a_missing_source_and_alphabet_are_filled_in_and_found_again() {
    let filled = account()
        .default_source("BANK")
        .unwrap()
        .default_data_coding(DataCoding(3));
    let later = "000001000000000R";
    let (_smsc, address) = serve(with(filled)).await;
    let mut client = Client::bound(address, BindType::Transceiver).await;
    let submit = SubmitSm::new(
        Address::EMPTY,
        Address::international("447700900123").unwrap(),
        ShortMessage::new(b"x").unwrap(),
    );
    let id = client.ask(submit.with_receipt()).await.message_id();
    let receipt = client.receive().await;
    client.acknowledge(&receipt).await;
    let dest = receipt.deliver().destination_addr;
    assert_eq!(dest, Address::alphanumeric("BANK").unwrap());
    assert_eq!(receipt.receipt().0, id);
    // The ESME knows no source but the one it did not give.
    let waiting = submit.schedule_delivery_time(text(later));
    let id = client.ask(waiting).await.message_id();
    for source in ["", "BANK"] {
        let query = QuerySm {
            message_id: text(&id),
            source_addr: Address::from_human(source).unwrap(),
            ..QuerySm::default()
        };
        let resp = client.ask(query).await;
        assert_eq!(resp.status(), CommandStatus::ESME_ROK, "{source:?}");
    }
}

#[tokio::test]
async fn accounts_change_while_sessions_go_on() {
    let (smsc, address) = serve(centre()).await;
    let mut bound = Client::bound(address, BindType::Transceiver).await;
    let mut accounts = Accounts::new();
    accounts.insert("other", "word");
    smsc.set_accounts(accounts);
    bound.is_served().await;
    let mut client = Client::connect(address).await;
    for (credentials, status) in [
        (ACCOUNT, CommandStatus::ESME_RINVSYSID),
        (("other", "word"), CommandStatus::ESME_ROK),
    ] {
        let version = InterfaceVersion::V3_4;
        let resp = client
            .bind(BindType::Transceiver, version, credentials)
            .await;
        assert_eq!(resp.status(), status);
    }
}

#[cfg(feature = "accounts")]
#[tokio::test]
async fn a_hashed_password_opens_its_account() {
    let phc = smpp_smsc::hash_password(ACCOUNT.1).unwrap();
    let hashed = Account::new(ACCOUNT.0, Password::hash(&phc).unwrap()).unwrap();
    let (_smsc, address) = serve(with(hashed)).await;
    let mut client = Client::connect(address).await;
    for (password, status) in [
        ("guess", CommandStatus::ESME_RINVPASWD),
        ("secret", CommandStatus::ESME_ROK),
    ] {
        let version = InterfaceVersion::V3_4;
        let resp = client
            .bind(BindType::Transceiver, version, (ACCOUNT.0, password))
            .await;
        assert_eq!(resp.status(), status);
    }
    client.is_served().await;
}

/// Answers when it is let.
struct Slow(Arc<Semaphore>);

#[smpp_smsc::async_trait]
impl Authenticator for Slow {
    async fn authenticate(&self, attempt: &BindAttempt) -> Result<Arc<Account>, Refusal> {
        match &attempt.system_id[..] {
            b"quick" => {}
            b"defect" => panic!("a defect of the authenticator"),
            b"never" => core::future::pending().await,
            _ => self.0.acquire().await.unwrap().forget(),
        }
        Ok(Arc::new(Account::new("esme", Password::NONE).unwrap()))
    }
}

#[tokio::test]
async fn who_waits_for_an_authenticator_holds_up_nobody_else() {
    let go = Arc::new(Semaphore::new(0));
    let (smsc, address) = serve(Smsc::builder().authenticator(Slow(go.clone()))).await;
    let mut slow = Client::connect(address).await;
    let bind = Bind::new(BindType::Transceiver, text("slow"), text("x"));
    slow.send(bind).await;
    let mut quick = Client::connect(address).await;
    let version = InterfaceVersion::V3_4;
    let resp = quick
        .bind(BindType::Transceiver, version, ("quick", "x"))
        .await;
    assert_eq!(resp.status(), CommandStatus::ESME_ROK);
    quick.is_served().await;
    // One question at a time: what follows a bind is judged by its outcome.
    slow.send(bind).await;
    slow.send(sm()).await;
    go.add_permits(1);
    assert_eq!(slow.receive().await.status(), CommandStatus::ESME_ROK);
    assert_eq!(slow.receive().await.status(), CommandStatus::ESME_RALYBND);
    assert_eq!(slow.receive().await.status(), CommandStatus::ESME_ROK);
    slow.is_served().await;
    assert_eq!(smsc.sessions().await.len(), 2);
}

#[tokio::test]
async fn an_authenticator_that_panics_refuses() {
    let go = Arc::new(Semaphore::new(0));
    let (_smsc, address) = serve(Smsc::builder().authenticator(Slow(go))).await;
    let mut client = Client::connect(address).await;
    let version = InterfaceVersion::V3_4;
    let resp = client
        .bind(BindType::Transceiver, version, ("defect", "x"))
        .await;
    assert_eq!(resp.status(), CommandStatus::ESME_RSYSERR);
}

#[tokio::test(start_paused = true)]
async fn an_authenticator_that_does_not_answer_refuses() {
    let session = smpp_session::Config {
        session_init: None,
        ..smpp_session::Config::new(smpp_session::Role::MessageCentre)
    };
    let go = Arc::new(Semaphore::new(0));
    let smsc = Smsc::builder()
        .session(session)
        .authenticator(Slow(go))
        .start();
    let mut client = Client::within(&smsc);
    let version = InterfaceVersion::V3_4;
    let resp = client
        .bind(BindType::Transceiver, version, ("never", "x"))
        .await;
    assert_eq!(resp.status(), CommandStatus::ESME_RSYSERR);
}

#[tokio::test]
async fn a_quota_counts_the_members_of_a_distribution_list() {
    let member = Address::international("447700900123").unwrap();
    let builder = with(account().daily_quota(3)).distribution_list("staff", [member; 2]);
    let (_smsc, address) = serve(builder).await;
    let mut client = Client::bound(address, BindType::Transceiver).await;
    let list = [DestAddress::DistributionList(text("staff"))];
    let multi = SubmitMulti {
        source_addr: Address::alphanumeric("BANK").unwrap(),
        dest_address: Repeated::from_slice(&list).unwrap(),
        ..SubmitMulti::default()
    };
    client.ask(multi).await.message_id();
    let resp = client.ask(multi).await;
    assert_eq!(resp.status(), CommandStatus::ESME_RMSGQFUL);
    client.ask(sm()).await.message_id();
}

#[tokio::test]
async fn broadcasts_keep_to_the_rules_of_their_account_too() {
    let limited = account()
        .sources(rules(&["BANK"]))
        .default_source("BANK")
        .unwrap()
        .daily_quota(2);
    let (_smsc, address) = serve(with(limited)).await;
    let (bind, version) = (BindType::Transceiver, InterfaceVersion::V5_0);
    let mut client = Client::bound_as(address, bind, version).await;
    let tlvs = broadcast::to_an_area();
    let from = |source| BroadcastSm {
        source_addr: Address::from_human(source).unwrap(),
        schedule_delivery_time: text(TOMORROW),
        ..BroadcastSm::default().tlvs(Tlvs::from_slice(&tlvs))
    };
    let resp = client.ask(from("BANKS")).await;
    assert_eq!(resp.status(), CommandStatus::ESME_RINVSRCADR);
    let id = broadcast::broadcast_id(&client.ask(from("")).await);
    for source in ["", "BANK"] {
        let query = QueryBroadcastSm {
            message_id: text(&id),
            source_addr: Address::from_human(source).unwrap(),
            ..QueryBroadcastSm::default()
        };
        let resp = client.ask(query).await;
        assert_eq!(resp.status(), CommandStatus::ESME_ROK, "{source:?}");
    }
    let cancel = CancelBroadcastSm {
        message_id: text(&id),
        ..CancelBroadcastSm::default()
    };
    assert_eq!(client.ask(cancel).await.status(), CommandStatus::ESME_ROK);
    broadcast::broadcast_id(&client.ask(from("BANK")).await);
    let resp = client.ask(from("BANK")).await;
    assert_eq!(resp.status(), CommandStatus::ESME_RMSGQFUL);
}
