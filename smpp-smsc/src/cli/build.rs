//! A message centre as the plan says.

use core::time::Duration;

use smpp_session::Config;
use smpp_smsc::config::{Limits, RetrySettings};
use smpp_smsc::network::Handsets;
use smpp_smsc::store::{MemoryStore, RedbStore};
use smpp_smsc::{Builder, Smsc};

use super::args::StoreArg;
use super::plan::Plan;
use super::{Failure, centres};

/// Messages that a store in memory remembers after their end.
const REMEMBERED: usize = 100_000;

pub(super) fn builder(plan: &Plan) -> Result<Builder, Failure> {
    let settings = &plan.settings;
    let builder = Smsc::builder()
        .accounts(plan.accounts.clone())
        .session(session(plan))
        .network(Handsets::new(plan.delay))
        .routes(plan.routes.iter().map(|one| one.route.clone()).collect());
    let builder = centres::add(builder, &settings.centres)?;
    let mut builder = limited(builder, &plan.limits).lease(plan.lease());
    if settings.retries != RetrySettings::default() {
        builder = builder.retries(settings.retries.retries());
    }
    // After the limits: it knows how long its handsets take.
    if let Some((arg, seed)) = &plan.scenario {
        builder = builder.scenario(arg.scenario.clone(), *seed);
    }
    if let Some(system_id) = &settings.system_id {
        builder = builder.system_id(system_id);
    }
    for list in &settings.lists {
        builder = builder.distribution_list(&list.name, list.addresses());
    }
    store(plan, builder)
}

fn session(plan: &Plan) -> Config {
    let mut session = Builder::default_session();
    let limits = &plan.limits;
    session.version = plan.settings.version.unwrap_or(session.version);
    session.session_init = limits.bind_time.or(session.session_init);
    session.enquire_link = limits.enquire_link.or(session.enquire_link);
    session.inactivity = limits.inactivity.or(session.inactivity);
    session.peer_window = limits.window.unwrap_or(session.peer_window);
    session.window = limits.delivery_window.unwrap_or(session.window);
    session.response = limits.response_time.unwrap_or(session.response);
    session.link_response = limits.link_response_time.unwrap_or(session.link_response);
    session.unbind_grace = limits.unbind_grace.unwrap_or(session.unbind_grace);
    session.max_pdus_unbound = limits.max_pdus_unbound.unwrap_or(session.max_pdus_unbound);
    let octets = |limit: Option<u32>| limit.and_then(|octets| usize::try_from(octets).ok());
    session.max_pdu_len = octets(limits.max_pdu_len).unwrap_or(session.max_pdu_len);
    session.max_pdu_len_unbound =
        octets(limits.max_pdu_len_unbound).unwrap_or(session.max_pdu_len_unbound);
    session
}

fn limited(builder: Builder, limits: &Limits) -> Builder {
    type Numbers = fn(Builder, u32) -> Builder;
    type Times = fn(Builder, Duration) -> Builder;
    let numbers: [(Option<u32>, Numbers); 3] = [
        (limits.connections, Builder::max_connections),
        (limits.unbound, Builder::max_unbound),
        (limits.per_address, Builder::max_per_address),
    ];
    let times: [(Option<Duration>, Times); 9] = [
        (limits.handshake_time, Builder::handshake_limit),
        (limits.shutdown_limit, Builder::shutdown_limit),
        (limits.validity, Builder::validity),
        (limits.max_validity, Builder::max_validity),
        (limits.max_schedule, Builder::max_schedule),
        (limits.lease, Builder::lease),
        (limits.transaction_limit, Builder::transaction_limit),
        (limits.receipt_lifetime, Builder::receipt_lifetime),
        (limits.history, Builder::history),
    ];
    let builder = numbers
        .into_iter()
        .filter_map(|(limit, set)| Some((limit?, set)))
        .fold(builder, |builder, (limit, set)| set(builder, limit));
    times
        .into_iter()
        .filter_map(|(limit, set)| Some((limit?, set)))
        .fold(builder, |builder, (limit, set)| set(builder, limit))
}

fn store(plan: &Plan, builder: Builder) -> Result<Builder, Failure> {
    match &plan.store {
        StoreArg::Memory => {
            let capacity = plan.limits.capacity;
            let capacity = capacity.and_then(|limit| usize::try_from(limit).ok());
            let store = capacity.map(|limit| MemoryStore::new(limit, REMEMBERED));
            Ok(builder.store(store.unwrap_or_default()))
        }
        StoreArg::Redb(folder) => {
            let mut store = RedbStore::open(folder).map_err(|error| {
                Failure::Other(format!(
                    "the store cannot be opened: {error}; --store redb:FOLDER chooses another \
                     folder, --store memory none"
                ))
            })?;
            if let Some(limit) = plan.limits.capacity {
                store = store.capacity(limit.into());
            }
            if let Some(octets) = plan.limits.journal_size {
                store = store.journal_size(octets.into());
            }
            Ok(builder.store(store))
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;
    use smpp_smsc::config::{ConfigFile, EXAMPLE};

    use super::super::args::{Cli, Command};
    use super::*;

    /// What the example sets, but for what has no default.
    fn plan() -> Plan {
        let Command::Serve(args) = Cli::parse_from(["smpp-smsc"]).command() else {
            panic!("serving is what happens without a command");
        };
        let settings = ConfigFile::parse(EXAMPLE).unwrap().settings;
        let mut plan = Plan::new(*args).unwrap();
        plan.limits = settings.limits.clone();
        plan.settings = settings;
        let limits = &mut plan.limits;
        limits.unbound = None;
        limits.per_address = None;
        limits.inactivity = None;
        limits.max_schedule = None;
        plan
    }

    #[test]
    fn the_example_sets_what_sessions_have_by_default() {
        assert_eq!(session(&plan()), Builder::default_session());
    }

    #[test]
    fn the_example_limits_what_is_limited_by_default() {
        let mut limits = plan().limits;
        let week = Duration::from_secs(7 * 86_400);
        assert_eq!(limits.max_validity.take(), Some(week));
        let limited = limited(Smsc::builder(), &limits);
        assert_eq!(format!("{limited:?}"), format!("{:?}", Smsc::builder()));
    }

    #[test]
    fn every_limit_changes_something() {
        let told = |text: &str| {
            let mut plan = plan();
            plan.settings = ConfigFile::parse(text)?.settings;
            plan.limits = plan.settings.limits.clone();
            let limited = limited(Smsc::builder(), &plan.limits);
            Ok::<_, smpp_smsc::config::ConfigError>(format!("{limited:?} {:?}", session(&plan)))
        };
        let usual = told("").unwrap();
        assert_ne!(told("version = '3.4'").unwrap(), usual);
        let example = ConfigFile::parse(EXAMPLE).unwrap().settings.entries();
        let mut limits = 0;
        for (key, _) in &example {
            let Some(key) = key.strip_prefix("limits.") else {
                continue;
            };
            // What a store is made with is no setting of the builder.
            if ["capacity", "journal_size"].contains(&key) {
                continue;
            }
            limits += 1;
            let number = told(&format!("[limits]\n{key} = 777"));
            let changed = number.or_else(|_| told(&format!("[limits]\n{key} = '777s'")));
            assert_ne!(changed.unwrap(), usual, "{key}");
        }
        assert_eq!(limits, 23);
    }

    #[test]
    fn waits_lists_names_and_routes_reach_the_centre() {
        let told = |text: &str| {
            let file = ConfigFile::parse(text).unwrap();
            let mut plan = plan();
            plan.limits = file.settings.limits.clone();
            plan.settings = file.settings;
            plan.routes = file.routes;
            plan.store = StoreArg::Memory;
            format!("{:?}", builder(&plan).unwrap())
        };
        let usual = told("");
        let centre = "[[centre]]\nname = 'a'\nurl = 'smpp://us@a'\nqueue_time = '1h'\n";
        for text in [
            "system_id = 'other'",
            "[retries]\nall = ['7s']",
            "[[distribution_list]]\nname = 'staff'\nmembers = ['1']",
            "[[route]]\nname = 'all'\nto = ['handsets']",
            &format!("{centre}[[route]]\nname = 'all'\nto = ['centre:a']"),
        ] {
            assert_ne!(told(text), usual, "{text}");
        }
    }
}
