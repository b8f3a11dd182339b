use super::*;

#[test]
fn the_example_is_taken_as_it_is() {
    let file = ConfigFile::parse(EXAMPLE).unwrap();
    assert_eq!(file.accounts.len(), 1);
    assert_eq!(file.settings.listeners.len(), 1);
    assert_eq!(file.settings.limits.per_address, Some(64));
    assert_eq!(
        file.settings.limits.history,
        Some(Duration::from_secs(72 * 3600))
    );
    assert_eq!(file.settings.http.enabled, Some(true));
    let store = file.settings.store.unwrap();
    assert_eq!(
        (store.value.as_str(), store.column),
        ("redb:./smsc-data", 9)
    );
    // What is commented out is right, too.
    let all = EXAMPLE
        .replace("# [[listen]]", "[[listen]]")
        .replace("# address", "address")
        .replace("# tls_", "tls_");
    let file = ConfigFile::parse(&all).unwrap();
    assert!(
        file.settings.listeners[1]
            .tls
            .as_ref()
            .unwrap()
            .client_ca
            .is_some()
    );
}

#[test]
fn an_empty_file_sets_nothing() {
    let file = ConfigFile::parse("").unwrap();
    assert!(file.accounts.is_empty());
    assert_eq!(file.settings, Settings::default());
}

const BANK: &str = "[[account]]\nsystem_id = 'bank'\npassword = 'x'\n";

#[test]
fn what_is_wrong_is_told_with_its_place_and_what_would_be_right() {
    let bank = |line: &str| format!("{BANK}{line}");
    for (text, line, column, part) in [
        ("listn = 1", 1, 1, "listen"),
        ("store = ", 1, 9, ""),
        ("\n\n  log = 'xml'", 3, 9, "`text` or `json`"),
        ("delay = 'soon'", 1, 9, "100ms"),
        ("delay = 5", 1, 9, "string"),
        ("system_id = 'sixteencharacter'", 1, 13, "1 to 15"),
        ("[[listen]]\naddress = '2775'", 2, 11, "127.0.0.1:2775"),
        ("[[listen]]\nproxy_protocol = true", 1, 1, "address"),
        (
            "[[listen]]\naddress = 'a:1'\ntls_cert = 'x'",
            1,
            1,
            "tls_key",
        ),
        (
            "[[listen]]\naddress = 'a:1'\ntls_client_ca = 'x'",
            1,
            1,
            "tls_cert",
        ),
        ("[limits]\nconnections = 0", 2, 15, "at least 1"),
        ("[limits]\nwindow = 70000", 2, 10, "1 to 65535"),
        ("[limits]\nbind_tiem = '1s'", 2, 1, "bind_time"),
        ("[http]\naddress = '8775'", 2, 11, "127.0.0.1:8775"),
        ("[http]\ntoken = 'short'", 2, 9, "at least 16"),
        ("[[account]]\npassword = 'x'", 1, 1, "system_id"),
        ("[[account]]\nsystem_id = 'bank'", 2, 13, "hash-password"),
        (
            "[[account]]\nsystem_id = ''\npassword = 'x'",
            2,
            13,
            "empty",
        ),
        (
            "[[account]]\nsystem_id = 'b'\npassword = 'much-too-long'",
            3,
            12,
            "at most 8",
        ),
        (
            "[[account]]\nsystem_id = 'b'\npassword_hash = 'plain'",
            3,
            17,
            "$argon2id$",
        ),
        (&bank("password_hash = 'x'"), 4, 17, "one of them"),
        (&bank(BANK), 5, 13, "already"),
        (&bank("binds = ['sender']"), 4, 10, "`transmitter`"),
        (&bank("binds = []"), 4, 9, "leave binds out"),
        (&bank("versions = ['3.4', '4.0']"), 4, 20, "5.0"),
        (&bank("networks = ['10.0.0.0/33']"), 4, 13, "10.1.0.0/16"),
        (&bank("networks = []"), 4, 12, "leave networks out"),
        (&bank("max_binds = 0"), 4, 13, "at least 1"),
        (&bank("max_binds = -1"), 4, 13, "u32"),
        (&bank("sources = ['A', 'B*C']"), 4, 17, "4477*"),
        (
            &bank("sources = ['A']\ndefault_source = 'B'"),
            5,
            18,
            "none of the sources",
        ),
        (&bank("replace_oldest = true"), 4, 18, "max_binds"),
        (&bank("burst = 3"), 4, 9, "rate"),
        (&bank("rate = 5\nburst = 0"), 5, 9, "at least 1"),
        (&bank("windw = 1"), 4, 1, "window"),
    ] {
        let error = ConfigFile::parse(text).unwrap_err();
        assert!(error.message.contains(part), "{text}\n{error}");
        assert_eq!(
            (error.line, error.column),
            (line, column),
            "{text}\n{error}"
        );
        assert!(!error.message.contains('\n'), "{error}");
    }
}
