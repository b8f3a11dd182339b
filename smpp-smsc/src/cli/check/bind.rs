//! What a sample bind would meet.

use smpp_pdu::{Bind, BindType, CommandStatus};
use smpp_smsc::config::ConfigFile;
use smpp_smsc::{BindAttempt, Refusal};

use super::super::args::{BindArg, CheckArgs};
use super::super::plan;
use super::answer::{BindAnswer, RefusalAnswer};

pub(super) fn tried(args: &CheckArgs, file: &ConfigFile) -> BindAnswer {
    let system_id = args.system_id.clone().unwrap_or_default();
    let refusal = attempt(args, file, &system_id).err();
    BindAnswer {
        system_id,
        accepted: refusal.is_none(),
        refusal,
    }
}

fn attempt(args: &CheckArgs, file: &ConfigFile, system_id: &str) -> Result<(), RefusalAnswer> {
    let accounts = plan::accounts_of(file, &[]).0;
    let Some(account) = accounts.get(system_id.as_bytes()) else {
        return Err(RefusalAnswer {
            status: CommandStatus::ESME_RINVSYSID.to_string(),
            reason: "there is no such account".into(),
        });
    };
    let bind = Bind {
        bind_type: bind_type(args.bind),
        ..Bind::default()
    };
    let attempt = BindAttempt::new(&bind, args.ip);
    account.admits(&attempt).map_err(|refusal| {
        let Refusal { status, reason, .. } = refusal;
        let hint = match args.ip {
            Some(_) => "",
            None => "; --ip tells where the sample comes from",
        };
        RefusalAnswer {
            status: status.to_string(),
            reason: format!("{reason}{hint}"),
        }
    })
}

const fn bind_type(bind: BindArg) -> BindType {
    match bind {
        BindArg::Transmitter => BindType::Transmitter,
        BindArg::Receiver => BindType::Receiver,
        BindArg::Transceiver => BindType::Transceiver,
    }
}
