//! `priority_flag`.

use core::time::Duration;

use smpp_pdu::*;
use smpp_session::{Config, Role};
use smpp_smsc::Clock;

use crate::script::*;
use crate::support::*;

#[tokio::test(start_paused = true)]
async fn of_messages_that_are_due_at_once_the_urgent_ones_go_first() {
    for version in VERSIONS {
        let network = Script::default();
        let session = Config {
            enquire_link: None,
            ..Config::new(Role::MessageCentre)
        };
        let smsc = centre()
            .network(network.clone())
            .clock(Clock::runtime())
            .session(session)
            .start();
        let mut client = Client::within(&smsc);
        client.bind(BindType::Transceiver, version, ACCOUNT).await;
        for (body, level, minutes) in [
            ("bulk", 0, 10),
            ("urgent", 2, 10),
            ("normal", 1, 10),
            ("later", 3, 11),
            ("urgent too", 2, 10),
            ("sooner", 0, 9),
        ] {
            let at = format!("00000000{minutes:02}00000R");
            let submit = sm()
                .short_message(ShortMessage::new(body.as_bytes()).unwrap())
                .priority_flag(PriorityFlag(level))
                .schedule_delivery_time(text(&at));
            client.ask(submit).await.message_id();
        }
        tokio::time::sleep(Duration::from_secs(3600)).await;
        let attempts = network.attempts();
        let order: Vec<_> = attempts
            .iter()
            .map(|attempt| String::from_utf8_lossy(attempt.message.content().text).into_owned())
            .collect();
        let expected = ["sooner", "urgent", "urgent too", "normal", "bulk", "later"];
        assert_eq!(order, expected, "{version}");
    }
}
