//! `smpp-smsc check`.

mod answer;
mod bind;
mod message;
mod show;

use smpp_smsc::TlsServer;
use smpp_smsc::config::EXAMPLE;

use super::args::CheckArgs;
use super::{Failure, plan, say};
use answer::Answer;

pub(super) fn run(args: &CheckArgs) -> Result<(), Failure> {
    let Some(path) = args.config.as_ref().filter(|_| !args.example) else {
        say(EXAMPLE);
        return Ok(());
    };
    let checked = plan::read(path, &[]).and_then(|file| {
        for listener in &file.settings.listeners {
            if let Some(files) = &listener.tls {
                TlsServer::from_files(&files.certificate, &files.key, files.client_ca.clone())
                    .map_err(|error| format!("{}: {error}", listener.address))?;
            }
        }
        Ok(file)
    });
    let file = match checked {
        Ok(file) => file,
        Err(error) => {
            if args.json {
                say(&format!("{}\n", serde_json::json!({ "error": error })));
            }
            return Err(Failure::Other(error));
        }
    };
    if let Some(name) = &args.from_centre {
        let names = file.settings.centres.iter().map(|centre| &*centre.name);
        let names: Vec<_> = names.collect();
        if !names.contains(&name.as_str()) {
            let known = match names.is_empty() {
                true => "none".into(),
                false => names.join(", "),
            };
            return Err(Failure::Usage(format!(
                "--from-centre {name}: there is no such centre in the file; there are {known}"
            )));
        }
    }
    let mut answer = Answer::of(&file);
    if args.system_id.is_some() {
        answer.bind = Some(bind::tried(args, &file));
    }
    let bound = answer.bind.as_ref().is_none_or(|bind| bind.accepted);
    let message = args.from.is_some() || args.to.is_some();
    if bound && message {
        answer.messages = message::tried(args, &file);
    }
    if args.json {
        say(&format!("{}\n", answer.json()));
    } else {
        say(&show::text(&answer));
    }
    answer.failure().map_or(Ok(()), Err)
}
