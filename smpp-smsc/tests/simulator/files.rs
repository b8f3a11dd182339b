//! Scenario files, good and bad.

use smpp_smsc::Smsc;
use smpp_smsc::scenario::Scenario;

const EXAMPLE: &str = include_str!("../../src/scenario/example.toml");

#[tokio::test]
async fn every_name_starts_and_says_what_it_does() {
    for name in Scenario::names() {
        let scenario = Scenario::named(name).unwrap();
        assert!(!scenario.description().is_empty(), "{name}");
        let simulator = Smsc::simulator(scenario, 1).await.unwrap();
        assert_ne!(simulator.address().port(), 0);
        simulator.shutdown().await;
    }
}

#[test]
fn an_unknown_name_is_told_those_that_there_are() {
    let error = Scenario::named_or_file("flakey").unwrap_err().to_string();
    for name in Scenario::names() {
        assert!(error.contains(name), "{error}");
    }
}

#[test]
fn a_file_is_read_and_its_errors_name_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mine.toml");
    std::fs::write(&path, EXAMPLE).unwrap();
    let read = Scenario::from_file(&path).unwrap();
    assert_eq!(read, Scenario::from_toml(EXAMPLE).unwrap());
    assert_eq!(
        Scenario::named_or_file(path.to_str().unwrap()).unwrap(),
        read
    );

    std::fs::write(&path, "[delivery]\ndelay = 5\n").unwrap();
    let error = Scenario::from_file(&path).unwrap_err();
    assert_eq!(error.place(), Some((2, 9)));
    let error = error.to_string();
    assert!(error.contains("mine.toml, line 2, column 9: "), "{error}");

    let error = Scenario::named_or_file("no/such.toml").unwrap_err();
    assert!(error.to_string().contains("no/such.toml"), "{error}");
}

#[test]
fn the_example_says_everything_that_can_be_said() {
    // What the example does not say is what the empty scenario says; so none
    // of its tables may be without effect.
    let whole = Scenario::from_toml(EXAMPLE).unwrap();
    let table: toml::Table = EXAMPLE.parse().unwrap();
    for key in table.keys() {
        let mut less = table.clone();
        less.remove(key);
        let less = Scenario::from_toml(&toml::to_string(&less).unwrap()).unwrap();
        assert_ne!(less, whole, "{key}");
    }
}

#[test]
fn mistakes_are_told_with_their_place_and_what_would_be_right() {
    for (text, line, parts) in [
        ("[delivery]\ndelay = 5", 2, &["\"200ms\"", "uniform"][..]),
        ("[delivery]\ndelay = \"5\"", 2, &["\"5\"", "unit"]),
        ("[delivery]\ndelay = \"25h\"", 2, &["a day"]),
        (
            "[delivery]\ndelay = { uniform = [\"2s\", \"1s\"] }",
            2,
            &["shortest, longest"],
        ),
        (
            "[delivery]\ndelay = { pareto = \"2s\" }",
            2,
            &["pareto", "exponential"],
        ),
        ("[delivery]\n\ndelai = \"5s\"", 3, &["delai", "delay"]),
        ("[delivry]\n", 1, &["delivry", "delivery"]),
        (
            "[delivery.outcomes]\ndeliverd = 1",
            2,
            &["deliverd", "delivered"],
        ),
        (
            "[delivery.outcomes]\ndelivered = 0",
            1,
            &["above 0", "delivered = 1"],
        ),
        ("[delivery.outcomes]\ndelivered = -1", 2, &["0 or more"]),
        (
            "[delivery.outcomes]\nbusy = { weight = 1, error = 300 }",
            2,
            &["300", "u8"],
        ),
        ("[responses]\nmissing = 5", 2, &["\"5%\" or 0.05"]),
        ("[responses]\nmissing = \"5\"", 2, &["\"100%\""]),
        (
            "[responses]\nmessage_id = \"octal\"",
            2,
            &["octal", "decimal"],
        ),
        (
            "[submit]\nrefuse = { ESME_RFULL = \"5%\" }",
            2,
            &["ESME_RFULL", "ESME_RMSGQFUL"],
        ),
        (
            "[submit]\nrefuse = { ESME_RSYSERR = \"60%\", ESME_RMSGQFUL = \"60%\" }",
            2,
            &["more than 100%"],
        ),
        ("[submit]\nthrottle_above = 0", 2, &["nonzero"]),
        ("[[destination]]\nto = \"\"", 2, &["4477*"]),
        (
            "[mo]\nevery = \"1s\"\nfrom = [\"BANK\"]",
            3,
            &["BANK", "447700900###"],
        ),
        ("[mo]\n", 1, &["every"]),
        ("[responses\n", 1, &["]"]),
    ] {
        let error = Scenario::from_toml(text).unwrap_err();
        let place = error.place().map(|(line, _)| line);
        let message = error.to_string();
        assert_eq!(place, Some(line), "{text}: {message}");
        for part in parts {
            assert!(message.contains(part), "{text}: {message}");
        }
        assert_eq!(message.lines().count(), 1, "{message}");
    }
}
