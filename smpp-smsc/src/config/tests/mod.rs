mod routes;

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
        .replace("\ndelay", "\n# delay")
        .replace("# scenario", "scenario")
        .replace("# seed", "seed")
        .replace("# all", "all")
        .replace("# errors", "errors")
        .replace("# [[listen]]", "[[listen]]")
        .replace("# address", "address")
        .replace("# tls_", "tls_");
    let all: Vec<_> = all
        .lines()
        .scan(false, |within, line| {
            *within = (*within && !line.is_empty()) || line == "# [[centre]]";
            let plain = line.strip_prefix("# ").filter(|_| *within);
            Some(plain.unwrap_or(line))
        })
        .collect();
    let all = all.join("\n");
    let file = ConfigFile::parse(&all).unwrap();
    assert!(
        file.settings.listeners[1]
            .tls
            .as_ref()
            .unwrap()
            .client_ca
            .is_some()
    );
    assert_eq!(file.settings.scenario.unwrap().value, "flaky");
    assert_eq!(file.settings.seed, Some(42));
    let usual = |(error, class): &(u8, _)| crate::FailureClass::usual(*error) == *class;
    assert!(file.settings.retries.errors.iter().all(usual));
    assert!(file.settings.retries.all.is_some());
    let centre = &file.settings.centres[0];
    assert_eq!(centre.description().matches(", ").count(), 11, "{centre:?}");
}

#[test]
fn the_waits_of_the_example_are_those_that_are_usual() {
    let file = ConfigFile::parse(EXAMPLE).unwrap();
    assert_eq!(file.settings.retries.retries(), crate::Retries::default());
    let all = ConfigFile::parse("[retries]\nall = ['7s']\nlink = ['1s']").unwrap();
    let retries = all.settings.retries.retries();
    assert_eq!(retries.after_attempt(1, 27), Duration::from_secs(7));
    assert_eq!(retries.after_attempt(1, 255), Duration::from_secs(1));
}

#[test]
fn every_setting_of_the_example_is_told_with_its_value_but_no_secret() {
    let entries = ConfigFile::parse(EXAMPLE).unwrap().settings.entries();
    let mut table = "";
    for line in EXAMPLE.lines().filter(|line| !line.starts_with('#')) {
        if let Some(name) = line.strip_prefix('[') {
            table = name.trim_matches(['[', ']']);
        }
        let Some((key, value)) = line.split_once(" = ") else {
            continue;
        };
        let key = match table {
            "" => key.to_owned(),
            "limits" | "retries" | "http" => format!("{table}.{key}"),
            _ => continue,
        };
        let value = match key.as_str() {
            "http.token" => "***".into(),
            _ => value.replace(['"', '[', ']'], "").replace("60s", "1m"),
        };
        let value = value.replace("7d", "168h").replace("90d", "2160h");
        assert!(entries.contains(&(key.clone(), value)), "{key} {entries:?}");
    }
    let staff = entries.iter().find(|(key, _)| key == "distribution_list");
    assert!(staff.unwrap().1.contains("staff: 447700900123"));
}

#[test]
fn times_are_shown_as_they_are_read() {
    for text in ["0s", "100ms", "1500ms", "2s", "5m", "90m", "72h"] {
        assert_eq!(values::show_time(parse_time(text).unwrap()), text);
    }
}

#[test]
fn quirks_are_those_of_their_names() {
    for (name, _) in crate::Quirks::names() {
        assert!(EXAMPLE.contains(name), "{name}");
    }
    let text = format!("{BANK}quirks = ['decimal-ids', 'strict']");
    let file = ConfigFile::parse(&text).unwrap();
    let rules = file.accounts[0].rules();
    assert!(rules.iter().any(|(name, value)| {
        *name == "quirks" && value.contains("strict") && value.contains("decimal-ids")
    }));
}

#[test]
fn members_of_lists_are_addresses_as_people_write_them() {
    let text = "[[distribution_list]]\nname = 'staff'\nmembers = ['+447700900123', '4711']";
    let file = ConfigFile::parse(text).unwrap();
    let list = &file.settings.lists[0];
    let members: Vec<_> = list.addresses().collect();
    assert_eq!(members[0].addr.as_str(), Some("447700900123"));
    assert_eq!(members[1].ton, smpp_pdu::Ton::NETWORK_SPECIFIC);
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
    let route = |line: &str| format!("[[route]]\nname = 'a'\n{line}");
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
        ("delay = '1s'\nscenario = 'slow'", 2, 12, "leave delay out"),
        ("seed = 42", 1, 8, "scenario"),
        ("[http]\nmax_body = 0", 2, 12, "at least 1"),
        ("[[centre]]\nname = ''\nurl = ''", 2, 8, "1 to 64"),
        ("[[centre]]\nname = 'a'", 1, 1, "url"),
        (
            "[[centre]]\nname = 'a'\nurl = 'smpp://a@b'\nsessions = 0",
            4,
            12,
            "1 to 100",
        ),
        (
            "[[centre]]\nname = 'a'\nurl = ''\npassword_file = 'f'\npassword_env = 'E'",
            5,
            16,
            "one of them",
        ),
        (
            "centre = [{ name = 'a', url = '' }, { name = 'a', url = '' }]",
            1,
            46,
            "already",
        ),
        (&route("to = []"), 3, 6, "at least one target"),
        (&route("to = ['phones']"), 3, 7, "account:NAME"),
        (&route("to = 'handsets'"), 3, 6, "sequence"),
        (&route("to = ['account:bank']"), 3, 7, "nor any other"),
        (
            &route(&format!("to = ['handsets', 'account:bnk']\n{BANK}")),
            3,
            19,
            "there are bank",
        ),
        (&route("to = ['centre:a']"), 3, 7, "no centre"),
        (
            &route("to = ['refuse:ESME_RNOPE']"),
            3,
            7,
            "ESME_RINVDSTADR",
        ),
        (&route("to = ['refuse:ESME_ROK']"), 3, 7, "no status"),
        (
            &route("to = ['refuse:0x400', 'handsets']"),
            3,
            23,
            "behind a refusal",
        ),
        (
            &route("to = [{ to = 'handsets', weight = 0 }]"),
            3,
            7,
            "1 to 1000000",
        ),
        (
            &route("to = [{ to = 'handsets', wait = 0 }]"),
            3,
            26,
            "weight",
        ),
        (
            &route("to = ['handsets']\ndestinations = ['1', '1*1']"),
            4,
            22,
            "4477*",
        ),
        (
            &route("to = ['handsets']\nsources = []"),
            4,
            11,
            "leave sources out",
        ),
        (
            &route("to = ['handsets']\nsource_pattern = '('"),
            4,
            18,
            "unclosed",
        ),
        (
            &route("to = ['handsets']\nsources = ['1']\nsource_pattern = '1'"),
            5,
            18,
            "one of them",
        ),
        (
            &route("to = ['handsets']\naccounts = ['shop']"),
            4,
            13,
            "no account",
        ),
        (
            &route("to = ['handsets']\ncentres = ['shop']"),
            4,
            12,
            "no centre",
        ),
        (
            &route("to = ['handsets']\ndestination_ton = 256"),
            4,
            19,
            "u8",
        ),
        (
            &(route("to = ['handsets']\n") + &route("to = ['handsets']")),
            5,
            8,
            "already, in line 2",
        ),
        (&bank("numbers = ['4711', '47*11']"), 4, 20, "4477*"),
        (
            &bank(
                "numbers = ['4711']\n[[account]]\nsystem_id = 'b'\npassword = 'x'\nnumbers = ['+4711']",
            ),
            8,
            12,
            "account bank already, in line 4",
        ),
        ("version = '4.0'", 1, 11, "5.0"),
        ("[limits]\nmax_pdu_len = 20", 2, 15, "128 to"),
        ("[limits]\nmax_pdus_unbound = 0", 2, 20, "at least 1"),
        ("[limits]\nenquire_link = '0s'", 2, 16, "longer than 0"),
        ("[limits]\nlease = '60'", 2, 9, "unit"),
        ("[limits]\ncapacity = 0", 2, 12, "at least 1"),
        ("[retries]\nbusy = ['1s', 'x']", 2, 15, "100ms"),
        ("[retries]\nlink = []", 2, 8, "at least one"),
        ("[retries]\nroaming = ['1s']", 2, 1, "congestion"),
        (
            "[retries]\nerrors = { absent = [7, 8], busy = [8] }",
            2,
            37,
            "class absent already",
        ),
        ("[retries]\nerrors = { absent = [300] }", 2, 22, "u8"),
        ("[[distribution_list]]\nname = 'staff'", 1, 1, "members"),
        (
            "[[distribution_list]]\nname = 'all staff'\nmembers = ['1']",
            2,
            8,
            "without spaces",
        ),
        (
            "[[distribution_list]]\nname = 'staff'\nmembers = []",
            3,
            11,
            "at least one",
        ),
        (
            "[[distribution_list]]\nname = 'staff'\nmembers = ['1', '+']",
            3,
            17,
            "1 to 20",
        ),
        (
            "distribution_list = [{ name = 'a', members = ['1'] }, { name = 'a', members = ['1'] }]",
            1,
            64,
            "already",
        ),
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
        (&bank("quirks = ['strict', 'lax']"), 4, 21, "gsm-as-ascii"),
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

#[test]
fn no_password_of_a_centre_is_shown() {
    for url in ["smpp://us:sec@ret@host?window=2", "us:secret@host"] {
        let text = format!("[[centre]]\nname = 'a'\nurl = '{url}'");
        let file = ConfigFile::parse(&text).unwrap();
        let shown = format!("{file:?} {:?}", file.settings.entries());
        assert!(!shown.contains("sec") && !shown.contains("ret@"), "{shown}");
    }
}
