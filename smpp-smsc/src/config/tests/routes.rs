use smpp_pdu::Address;

use crate::config::ConfigFile;
use crate::routes::{Origin, Sample};

fn routed(file: &ConfigFile, origin: Origin<'_>, to: &str) -> Option<String> {
    let source = Address::from_human("447700900001").unwrap();
    let destination = Address::from_human(to).unwrap();
    let routes = file.routes();
    let route = routes.find(&Sample::new(origin, source, destination))?;
    let targets: Vec<_> = route.targets().map(ToString::to_string).collect();
    Some(targets.join(", "))
}

#[test]
fn numbers_of_accounts_are_routes_behind_all_others_the_most_special_first() {
    let text = "
[[account]]
system_id = 'most'
password = 'x'
numbers = ['47*', '4490*']
[[account]]
system_id = 'few'
password = 'x'
numbers = ['471*', '+4711']
[[account]]
system_id = 'one'
password = 'x'
numbers = ['4711*', '4712']
[[route]]
name = 'premium'
destinations = ['4490*']
to = ['refuse:ESME_RINVDSTADR']
";
    let file = ConfigFile::parse(text).unwrap();
    let to = |number| routed(&file, Origin::Account("few"), number);
    for (number, account) in [
        ("4790", "account most"),
        ("4713", "account few"),
        ("4711", "account few"),
        ("47110", "account one"),
        ("4712", "account one"),
        ("44901", "refused with ESME_RINVDSTADR"),
    ] {
        assert_eq!(to(number).as_deref(), Some(account), "{number}");
    }
    assert_eq!(to("447700900123"), None);
    let lines: Vec<_> = file.routes.iter().map(|one| one.line).collect();
    assert_eq!(lines, [15, 9, 13, 5, 13, 9, 5]);
}

#[test]
fn a_route_has_all_that_its_lines_say() {
    let text = "
[[account]]
system_id = 'bank'
password = 'x'
[[centre]]
name = 'north'
url = 'smpp://us@north'
[[route]]
name = 'all of it'
destination_pattern = '^47'
destination_ton = 3
destination_npi = 0
sources = ['4477*']
source_ton = 1
source_npi = 1
accounts = ['bank']
centres = ['north']
to = [{ to = 'centre:north', weight = 3 }, { to = 'handsets' }, 'account:bank', 'refuse:0x400']
";
    let file = ConfigFile::parse(text).unwrap();
    let entry = &file.routes[0];
    assert_eq!(entry.conditions().count(), 7);
    let weights: Vec<_> = entry.route.weights().map(|(_, weight)| weight).collect();
    assert_eq!(weights, [Some(3), None, None, None]);
    for (origin, to, found) in [
        (Origin::Account("bank"), "4711", true),
        (Origin::Centre("north"), "4711", true),
        (Origin::Account("north"), "4711", false),
        // International, not specific to the network.
        (Origin::Account("bank"), "47110000", false),
        (Origin::Account("bank"), "4811", false),
    ] {
        assert_eq!(routed(&file, origin, to).is_some(), found, "{to}");
    }
    let source = Address::from_human("BANK").unwrap();
    let destination = Address::from_human("47110000").unwrap();
    let sample = Sample::new(Origin::Account("shop"), source, destination);
    let unmet: Vec<_> = entry.unmet(&sample).collect();
    assert_eq!(
        unmet,
        [
            "destination_ton 3",
            "destination_npi 0",
            "sources 4477*",
            "source_ton 1",
            "source_npi 1",
            "accounts bank or centres north"
        ]
    );
}
