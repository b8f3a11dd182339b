//! What a sample message would meet.

use smpp_pdu::{Address, BindType, CommandStatus};
use smpp_smsc::Account;
use smpp_smsc::config::{ConfigFile, RouteEntry};
use smpp_smsc::routes::{Origin, Sample, Target};

use super::super::args::{BindArg, CheckArgs};
use super::super::plan;
use super::answer::{MessageAnswer, RefusalAnswer, TargetAnswer, TriedRoute};

/// One answer for each recipient.
pub(super) fn tried(args: &CheckArgs, file: &ConfigFile) -> Vec<MessageAnswer> {
    let to = args.to.as_deref().unwrap_or_default();
    let list = file.settings.lists.iter().find(|list| list.name == to);
    match list {
        // A centre brings deliver_sm, which have one recipient.
        Some(list) if args.from_centre.is_none() => {
            let members = list.members.iter();
            let answers = members.map(|member| one(args, file, member, Some(&list.name)));
            answers.collect()
        }
        _ => vec![one(args, file, to, None)],
    }
}

fn one(args: &CheckArgs, file: &ConfigFile, to: &str, list: Option<&str>) -> MessageAnswer {
    let mut answer = MessageAnswer {
        from: args.from.clone().unwrap_or_default(),
        to: to.into(),
        list: list.map(Into::into),
        accepted: false,
        refusal: None,
        notes: Vec::new(),
        tried: Vec::new(),
        targets: Vec::new(),
    };
    let met = match &args.from_centre {
        Some(centre) => brought(file, centre, &mut answer),
        None => submitted(args, file, &mut answer),
    };
    answer.refusal = met.err();
    answer.accepted = answer.refusal.is_none();
    answer
}

fn refused(status: CommandStatus, reason: impl Into<String>) -> RefusalAnswer {
    RefusalAnswer {
        status: status.to_string(),
        reason: reason.into(),
    }
}

fn address(text: &str) -> Option<Address<'_>> {
    let address = Address::from_human(text).ok();
    address.filter(|address| address.addr.len() <= 20)
}

/// A message that an account submits.
fn submitted(
    args: &CheckArgs,
    file: &ConfigFile,
    answer: &mut MessageAnswer,
) -> Result<(), RefusalAnswer> {
    if args.bind == BindArg::Receiver {
        let status = CommandStatus::ESME_RINVBNDSTS;
        return Err(refused(status, "a receiver submits nothing"));
    }
    let system_id = args.system_id.as_deref().unwrap_or_default();
    let accounts = plan::accounts_of(file, &[]).0;
    let Some(account) = accounts.get(system_id.as_bytes()) else {
        let status = CommandStatus::ESME_RINVSYSID;
        return Err(refused(status, "there is no such account"));
    };
    let from = answer.from.clone();
    let source = address(&from).filter(|one| account.allows_source(one.addr.as_bytes()));
    let Some(source) = source else {
        let reason = format!("{from} is none of the sources that {system_id} may use");
        return Err(refused(CommandStatus::ESME_RINVSRCADR, reason));
    };
    let source = match account.source_of_none() {
        Some(default) if source.addr.is_empty() => {
            answer.notes.push(format!("source: none, so {default}"));
            default
        }
        _ => source,
    };
    for (name, value) in account.rules() {
        if ["sources", "default data_coding", "rate", "quota", "window"].contains(&name) {
            answer.notes.push(format!("{name}: {value}"));
        }
    }
    let origin = Origin::Account(account.system_id());
    let to = answer.to.clone();
    let destination = destination(&to)?;
    let sample = Sample::new(origin, source, destination);
    let Some(entry) = find(file, &sample, answer) else {
        answer.notes.extend(no_route(file));
        let target = described(file, &Target::Network, None, Last(true));
        answer.targets.push(target);
        return Ok(());
    };
    if let Some(status) = entry.route.refusal() {
        return Err(refused(status, by_route(entry)));
    }
    let weights: u32 = entry.route.weights().filter_map(|(_, weight)| weight).sum();
    let count = entry.route.weights().count();
    for (at, (target, weight)) in entry.route.weights().enumerate() {
        let share = weight.map(|weight| 100.0 * f64::from(weight) / f64::from(weights));
        let target = described(file, target, share, Last(at + 1 == count));
        answer.targets.push(target);
    }
    Ok(())
}

/// A message that another centre brings.
fn brought(
    file: &ConfigFile,
    centre: &str,
    answer: &mut MessageAnswer,
) -> Result<(), RefusalAnswer> {
    let (from, to) = (answer.from.clone(), answer.to.clone());
    let Some(source) = address(&from) else {
        let reason = "a source has at most 20 characters";
        return Err(refused(CommandStatus::ESME_RINVSRCADR, reason));
    };
    let destination = destination(&to)?;
    let sample = Sample::new(Origin::Centre(centre), source, destination);
    let nowhere = |reason| refused(CommandStatus::ESME_RINVDSTADR, reason);
    let Some(entry) = find(file, &sample, answer) else {
        let reason =
            "no route leads to an account, and messages from other centres go nowhere else";
        return Err(nowhere(reason.to_owned()));
    };
    if let Some(status) = entry.route.refusal() {
        return Err(refused(status, by_route(entry)));
    }
    let mut targets = entry.route.targets();
    let account = targets.find(|target| matches!(target, Target::Account(_)));
    let Some(account) = account else {
        let name = entry.route.name();
        return Err(nowhere(format!(
            "the route {name:?} in line {} leads to no account, and messages from other centres \
             go nowhere else",
            entry.line
        )));
    };
    answer
        .targets
        .push(described(file, account, None, Last(true)));
    Ok(())
}

fn destination(to: &str) -> Result<Address<'_>, RefusalAnswer> {
    let found = address(to).filter(|one| !one.addr.is_empty());
    found.ok_or_else(|| {
        let reason = "a destination has 1 to 20 characters; --to gives it";
        refused(CommandStatus::ESME_RINVDSTADR, reason)
    })
}

fn by_route(entry: &RouteEntry) -> String {
    format!("the route {:?} in line {}", entry.route.name(), entry.line)
}

fn no_route(file: &ConfigFile) -> Option<String> {
    (!file.routes.is_empty()).then(|| "no route matches".into())
}

/// The first route that matches, which is told with those before it.
fn find<'a>(
    file: &'a ConfigFile,
    sample: &Sample<'_>,
    answer: &mut MessageAnswer,
) -> Option<&'a RouteEntry> {
    for entry in &file.routes {
        let matches = entry.route.matches(sample);
        let conditions: Vec<String> = if matches {
            entry.conditions().map(Into::into).collect()
        } else {
            entry.unmet(sample).map(Into::into).collect()
        };
        answer.tried.push(TriedRoute {
            line: entry.line,
            name: entry.route.name().into(),
            matches,
            conditions,
        });
        if matches {
            return Some(entry);
        }
    }
    None
}

/// Whether nothing is tried behind it.
struct Last(bool);

fn described(
    file: &ConfigFile,
    target: &Target,
    share: Option<f64>,
    Last(last): Last,
) -> TargetAnswer {
    let otherwise = match last {
        true => "the message is attempted again later",
        false => "the next target is tried at once",
    };
    let (name, then) = match target {
        Target::Network => {
            let how = match &file.settings.scenario {
                None => "simulated".to_owned(),
                Some(scenario) => format!("simulated by the scenario {}", scenario.value),
            };
            let then = format!("{how}; when they cannot take it for now, {otherwise}");
            ("handsets".to_owned(), then)
        }
        Target::Account(name) => (format!("account:{name}"), waiting(file, name, last)),
        Target::Centre(name) => {
            let mut centres = file.settings.centres.iter();
            let centre = centres.find(|centre| *centre.name == **name);
            let url = centre.map(|centre| format!("{}; ", centre.shown_url()));
            let url = url.unwrap_or_default();
            let then = format!("{url}while no link to it is bound, {otherwise}");
            (format!("centre:{name}"), then)
        }
        Target::Refuse(status) => (
            format!("refuse:{status}"),
            "ends as REJECTED when it comes to this".into(),
        ),
        other => (other.to_string(), otherwise.to_owned()),
    };
    TargetAnswer {
        target: name,
        share,
        then,
    }
}

/// What a message for an account does.
fn waiting(file: &ConfigFile, name: &str, last: bool) -> String {
    let mut accounts = file.accounts.iter();
    let account = accounts.find(|account| account.system_id() == name);
    if account.is_some_and(|account| !receives(account)) {
        return "it waits until its validity is over: this account may bind as transmitter only, \
                and never receives"
            .into();
    }
    let otherwise = match last {
        true => "it fails",
        false => "the next target is tried",
    };
    format!(
        "it waits until a receiver or transceiver of the account is bound, or its validity is \
         over; in datagram or transaction mode {otherwise} when none is bound"
    )
}

fn receives(account: &Account) -> bool {
    let binds = [BindType::Receiver, BindType::Transceiver];
    binds.iter().any(|bind| account.allows_bind(*bind))
}
