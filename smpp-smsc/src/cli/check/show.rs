//! The answer for people.

use core::fmt::Write as _;

use super::super::args::DEFAULT_ACCOUNT;
use super::answer::{Answer, MessageAnswer};

pub(super) fn text(answer: &Answer) -> String {
    let mut text = String::new();
    for (key, value) in &answer.settings {
        line(&mut text, key, value);
    }
    for account in &answer.accounts {
        line(&mut text, "account", &account.system_id);
        for (name, value) in &account.rules {
            line(&mut text, "", &format!("{name}: {value}"));
        }
    }
    if answer.accounts.is_empty() {
        let (system_id, password) = DEFAULT_ACCOUNT;
        let value = format!("none: {system_id} with the password {password}, on loopback only");
        line(&mut text, "account", &value);
    }
    for route in &answer.routes {
        line(&mut text, "route", &route.description);
    }
    if let Some(bind) = answer.bind.as_ref().filter(|bind| bind.accepted) {
        let name = &bind.system_id;
        // Writing to a string does not fail.
        let _ = writeln!(
            text,
            "\nThe bind as {name} would be accepted, with the right password."
        );
    }
    for one in &answer.messages {
        message(&mut text, one);
    }
    text
}

fn line(text: &mut String, name: &str, value: &str) {
    let _ = writeln!(text, "{name:<27} {value}");
}

fn message(text: &mut String, message: &MessageAnswer) {
    let list = match &message.list {
        None => String::new(),
        Some(list) => format!(", of the list {list},"),
    };
    let end = match &message.refusal {
        None => "accepted".into(),
        Some(refusal) => format!("refused with {}: {}", refusal.status, refusal.reason),
    };
    let _ = writeln!(
        text,
        "\nThe message from {:?} to {:?}{list} would be {end}.",
        message.from, message.to
    );
    for note in &message.notes {
        let _ = writeln!(text, "  {note}");
    }
    for route in &message.tried {
        let (verdict, reason) = match (route.matches, route.conditions.is_empty()) {
            (true, true) => ("matches", "it is for every message".into()),
            (true, false) => ("matches", route.conditions.join(", ")),
            (false, _) => (
                "does not",
                format!("it is for {}", route.conditions.join(", ")),
            ),
        };
        let _ = writeln!(
            text,
            "  route {:?} in line {} {verdict}: {reason}",
            route.name, route.line
        );
    }
    for (number, target) in message.targets.iter().enumerate() {
        let share = match target.share {
            None => String::new(),
            Some(share) => format!(" ({share:.0} % first)"),
        };
        let _ = writeln!(
            text,
            "  {}. {}{share}: {}",
            number + 1,
            target.target,
            target.then
        );
    }
}
