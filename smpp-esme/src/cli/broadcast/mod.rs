//! `smpp-esme broadcast`, `query-broadcast` and `cancel-broadcast`: cell
//! broadcast, of SMPP 5.0.

mod area;
mod content;

use serde_json::{Value, json};
use smpp_esme::{Client, RequestError, RequestErrorKind, SmppUrl};
use smpp_pdu::{
    BroadcastAreaIdentifier, BroadcastAreaSuccess, BroadcastChannelIndicator, BroadcastContentType,
    BroadcastFrequencyInterval, BroadcastMessageClass, BroadcastSm, COctetStr, CancelBroadcastSm,
    CommandStatus, DataCoding, InterfaceVersion, PriorityFlag, QueryBroadcastSm,
    ReplaceIfPresentFlag, Tag, Tlv, TlvTooLong, Tlvs,
};

use super::connect::{connect, transmitting};
use super::exit::{Failure, Kind};
use super::message::{self, EncodingArg};
use super::output::{Output, Printable};
use super::times::{self, When};
use super::tlv::{self, TlvArg};
use super::{hex, receipt};
use area::{Area, Shown};

#[derive(clap::Args)]
#[command(group = clap::ArgGroup::new("source").required(true).args(["text", "hex", "stored"]))]
#[command(after_help = "\
Examples:
  smpp-esme broadcast --from CIVIL --area Berlin --content emergency-broadcasts \\
      --text 'Close windows and doors' --repeat 10 --every 2m
  smpp-esme broadcast --area 'polygon=52.5,13.3;52.6,13.4;52.5,13.5' --content weather \\
      --text 'Storm from 18:00' --every asap
  smpp-esme broadcast --area 'arc=A0480000…' --content gsm:4370 --hex 48656c6c6f

Areas: alias=NAME (or NAME alone), polygon=LAT,LON;LAT,LON;… in degrees, or the octets of 3GPP
TS 23.032 as polygon=HEX and arc=HEX. Content types have the names of the standard, such as
weather or local-traffic, or numbers: 0x0033, gsm:4370.

The session is bound with version 5.0 where the address says nothing of a version.

--json prints {\"event\":\"broadcast\",\"message_id\":…,\"failed_areas\":[{\"area\":…,\"error\":…}]}.

Exit codes: 0 accepted for all areas; 2 wrong usage; 3 connect or bind refused; 4 rejected; 5
accepted, but not for all areas; 6 no answer in time.")]
pub(crate) struct Args {
    /// The sender.
    #[arg(long, value_name = "ADDRESS", default_value = "")]
    from: String,
    /// Where: alias=NAME, polygon=LAT,LON;LAT,LON;LAT,LON, arc=HEX. May repeat.
    #[arg(long, value_name = "AREA", required = true, num_args = 1, value_parser = area::parse)]
    area: Vec<Area>,
    /// What kind of content it is: a name of the standard or a number, for another network than
    /// the generic one behind gsm:, tdma: or cdma:.
    #[arg(long, value_name = "TYPE", value_parser = content::content_type)]
    content: BroadcastContentType,
    /// The text.
    #[arg(long)]
    text: Option<String>,
    /// Octets instead of a text.
    #[arg(long, value_name = "HEX", value_parser = hex::parse)]
    hex: Option<HexOctets>,
    /// A message that the centre has stored, by its number.
    #[arg(long, value_name = "1-255", value_parser = clap::value_parser!(u8).range(1..))]
    stored: Option<u8>,
    /// How often it is broadcast; 0: until it is cancelled or its time is over.
    #[arg(long, value_name = "TIMES", default_value_t = 1)]
    repeat: u16,
    /// The pause between two broadcasts: asap, or a span such as 90s, 10m, 2h.
    #[arg(long, value_name = "SPAN", default_value = "asap", value_parser = content::interval)]
    every: BroadcastFrequencyInterval,
    /// For whom, as agreed with the centre: text, or octets behind 0x.
    #[arg(long, value_name = "GROUP")]
    service_group: Option<String>,
    /// More of the content, in free form.
    #[arg(long, value_name = "TEXT")]
    content_info: Option<String>,
    /// 0: no class, 1 to 3: as handsets know them.
    #[arg(long, value_name = "0-3", value_parser = clap::value_parser!(u8).range(0..=3))]
    class: Option<u8>,
    /// Uses the extended channel.
    #[arg(long)]
    extended_channel: bool,
    /// 0 normal, 1 immediate, 2 high, 3 reserved, 4 background.
    #[arg(long, value_name = "0-255", default_value_t = 0)]
    priority: u8,
    /// Replaces this broadcast.
    #[arg(long, value_name = "MESSAGE_ID")]
    replace: Option<String>,
    /// Until when: 90s, 15m, 2h, 3d, or 16 characters of SMPP.
    #[arg(long, value_name = "SPAN", value_parser = times::when)]
    validity: Option<When>,
    /// When to start: +10m, or 16 characters of SMPP.
    #[arg(long, value_name = "WHEN", value_parser = times::when)]
    at: Option<When>,
    /// The alphabet of the text.
    #[arg(long, value_enum)]
    encoding: Option<EncodingArg>,
    /// The number for data_coding, where it is not that of the encoding.
    #[arg(long, value_name = "0-255")]
    data_coding: Option<u8>,
    /// service_type, as agreed with the centre.
    #[arg(long, value_name = "TYPE", default_value = "")]
    service_type: String,
    /// A tagged parameter: by name or number.
    #[arg(long, value_name = "TAG=VALUE", value_parser = tlv::parse)]
    tlv: Vec<TlvArg>,
}

/// An alias, so that one option is not taken for a list of octets.
type HexOctets = Vec<u8>;

/// Which broadcast.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  smpp-esme query-broadcast --id 7F3A --from CIVIL
  smpp-esme query-broadcast --id 7F3A --json

--json prints {\"event\":\"broadcast_state\",\"message_id\":…,\"state\":…,\"end_time\":…,\"areas\":
[{\"area\":…,\"success_percent\":…}]}.

Exit codes: 0 done; 2 wrong usage; 3 connect or bind refused; 4 rejected; 6 no answer in time.")]
pub(crate) struct QueryArgs {
    #[command(flatten)]
    broadcast: Which,
}

#[derive(clap::Args)]
#[command(after_help = "\
Example:
  smpp-esme cancel-broadcast --id 7F3A --from CIVIL

--json prints {\"event\":\"cancelled\",\"message_id\":…}.

Exit codes: 0 done; 2 wrong usage; 3 connect or bind refused; 4 rejected; 6 no answer in time.")]
pub(crate) struct CancelArgs {
    #[command(flatten)]
    broadcast: Which,
    /// service_type of the broadcast, for centres that want it.
    #[arg(long, value_name = "TYPE", default_value = "")]
    service_type: String,
}

#[derive(clap::Args)]
struct Which {
    /// The id that the centre gave when it took the broadcast.
    #[arg(long, value_name = "MESSAGE_ID")]
    id: String,
    /// The sender that the broadcast was submitted with.
    #[arg(long, value_name = "ADDRESS", default_value = "")]
    from: String,
}

/// The address for one of these verbs.
fn address(url: &str, verb: &str) -> Result<SmppUrl, Failure> {
    let url = transmitting(&of_5_0(url), verb)?;
    if url.version() < InterfaceVersion::V5_0 {
        return Err(Failure::usage(format!(
            "{verb} is of SMPP 5.0: leave version= out of the address, or say version=5.0"
        )));
    }
    Ok(url)
}

/// Says of a request that was not sent why that is.
fn why(error: RequestError, client: &Client) -> Failure {
    match (error.kind(), client.centre_version()) {
        (RequestErrorKind::NotAllowed, Some(version)) if version < InterfaceVersion::V5_0 => {
            Failure::other(format!(
                "the centre says that it speaks {version}, and broadcasts are of 5.0"
            ))
        }
        _ => error.into(),
    }
}

/// The address with version 5.0, unless it names another.
fn of_5_0(url: &str) -> String {
    let named = url.split(['?', '&']).skip(1);
    if named
        .into_iter()
        .any(|option| option.starts_with("version="))
    {
        return url.to_owned();
    }
    let separator = if url.contains('?') { '&' } else { '?' };
    format!("{url}{separator}version=5.0")
}

fn text<'a>(option: &str, text: &'a str) -> Result<COctetStr<'a>, Failure> {
    COctetStr::try_from(text).map_err(|error| Failure::usage(format!("{option}: {error}")))
}

/// The octets of a parameter that is text, or octets behind `0x`.
fn octets(option: &str, text: &str) -> Result<Vec<u8>, Failure> {
    match text.strip_prefix("0x") {
        Some(digits) => {
            hex::parse(digits).map_err(|error| Failure::usage(format!("{option}: {error}")))
        }
        None => Ok(text.as_bytes().to_vec()),
    }
}

pub(crate) async fn broadcast(args: &Args, url: &str, output: &mut Output) -> Result<(), Failure> {
    let too_long = |error: TlvTooLong| Failure::usage(error.to_string());
    let url = address(url, "broadcast")?;
    let (payload, data_coding, encoding) = match (&args.text, &args.hex) {
        (Some(text), _) => {
            let (octets, described, coding) = message::encode_broadcast(text, args.encoding)?;
            (octets, coding, Some(described))
        }
        (None, Some(octets)) => (octets.clone(), DataCoding::OCTET_UNSPECIFIED, None),
        (None, None) => (Vec::new(), DataCoding::MC_DEFAULT, None),
    };
    let data_coding = args.data_coding.map_or(data_coding, DataCoding);
    let group = args.service_group.as_deref();
    let group = group
        .map(|group| octets("--service-group", group))
        .transpose()?;
    let mut tlvs = Vec::new();
    for area in &args.area {
        tlvs.push(Tlv::broadcast_area_identifier(area.identifier()).map_err(too_long)?);
    }
    tlvs.push(Tlv::broadcast_content_type(args.content));
    tlvs.push(Tlv::broadcast_rep_num(args.repeat));
    tlvs.push(Tlv::broadcast_frequency_interval(args.every));
    if let Some(group) = &group {
        tlvs.push(Tlv::broadcast_service_group(group).map_err(too_long)?);
    }
    if let Some(info) = &args.content_info {
        tlvs.push(Tlv::broadcast_content_type_info(info.as_bytes()).map_err(too_long)?);
    }
    if let Some(class) = args.class {
        tlvs.push(Tlv::broadcast_message_class(BroadcastMessageClass(class)));
    }
    if args.extended_channel {
        let channel = BroadcastChannelIndicator::EXTENDED;
        tlvs.push(Tlv::broadcast_channel_indicator(channel));
    }
    if args.stored.is_none() {
        tlvs.push(Tlv::message_payload(&payload).map_err(too_long)?);
    }
    for tlv in &args.tlv {
        tlvs.push(Tlv::new(tlv.tag, &tlv.value).map_err(too_long)?);
    }
    let replaced = args.replace.as_deref().unwrap_or_default();
    let sm = BroadcastSm::default()
        .service_type(text("--service-type", &args.service_type)?)
        .source_addr(message::address("--from", &args.from)?)
        .message_id(text("--replace", replaced)?)
        .priority_flag(PriorityFlag(args.priority))
        .schedule_delivery_time(times::field(args.at.as_ref())?)
        .validity_period(times::field(args.validity.as_ref())?)
        .replace_if_present_flag(ReplaceIfPresentFlag(args.replace.is_some().into()))
        .data_coding(data_coding)
        .sm_default_msg_id(args.stored.unwrap_or(0))
        .tlvs(Tlvs::from_slice(&tlvs));
    let (client, _incoming) = connect(&url).await?;
    if let Some(encoding) = encoding {
        output.line(format_args!("{}", output.dim(encoding)))?;
    }
    let answer = client.broadcast_sm(&sm).await;
    client.unbind().await;
    let answer = answer.map_err(|error| why(error, &client))?;
    submitted(
        &receipt::address(answer.message_id()),
        &answer.response().tlvs(),
        output,
    )
}

/// What the centre says of a broadcast that it has taken.
fn submitted(id: &str, tlvs: &Tlvs<'_>, output: &mut Output) -> Result<(), Failure> {
    // The nth status belongs to the nth area that failed.
    let statuses: Vec<CommandStatus> = tlvs
        .find_all(Tag::BROADCAST_ERROR_STATUS)
        .filter_map(|tlv| tlv.read().ok())
        .collect();
    let failed: Vec<(String, Option<CommandStatus>)> = areas(tlvs)
        .enumerate()
        .map(|(at, area)| (area, statuses.get(at).copied()))
        .collect();
    let json: Vec<Value> = failed
        .iter()
        .map(|(area, status)| {
            let error = status.map(|status| status.to_string());
            json!({"area": area, "error": error})
        })
        .collect();
    output.object(&json!({"event": "broadcast", "message_id": id, "failed_areas": json}))?;
    output.line(format_args!("broadcast {}  accepted", Printable(id)))?;
    for (area, status) in &failed {
        let status = status.map_or_else(|| "no reason given".into(), |status| status.to_string());
        output.line(format_args!(
            "  {} {}: {status}",
            output.bad("not in"),
            Printable(area)
        ))?;
    }
    if failed.is_empty() {
        return Ok(());
    }
    output.flush()?;
    Err(Failure::new(
        Kind::Undelivered,
        format!(
            "the centre does not broadcast in {} of the areas",
            failed.len()
        ),
    ))
}

fn areas<'a>(tlvs: &Tlvs<'a>) -> impl Iterator<Item = String> + use<'a> {
    tlvs.find_all(Tag::BROADCAST_AREA_IDENTIFIER)
        .filter_map(|tlv| {
            let area = tlv.read::<BroadcastAreaIdentifier<'_>>().ok()?;
            Some(Shown(area).to_string())
        })
}

pub(crate) async fn query(args: &QueryArgs, url: &str, output: &mut Output) -> Result<(), Failure> {
    let url = address(url, "query-broadcast")?;
    let query = QueryBroadcastSm::default()
        .message_id(text("--id", &args.broadcast.id)?)
        .source_addr(message::address("--from", &args.broadcast.from)?);
    let (client, _incoming) = connect(&url).await?;
    let answer = client.query_broadcast_sm(&query).await;
    client.unbind().await;
    let answer = answer.map_err(|error| why(error, &client))?;
    let tlvs = answer.tlvs();
    let state = tlvs.message_state().and_then(Result::ok);
    let end_time = tlvs.broadcast_end_time().and_then(Result::ok);
    let end_time = end_time.map(receipt::address);
    // The nth share belongs to the nth area.
    let shares: Vec<BroadcastAreaSuccess> = tlvs
        .find_all(Tag::BROADCAST_AREA_SUCCESS)
        .filter_map(|tlv| tlv.read().ok())
        .collect();
    let areas: Vec<(String, Option<u8>)> = areas(&tlvs)
        .enumerate()
        .map(|(at, area)| (area, shares.get(at).and_then(|share| share.percent())))
        .collect();
    let json: Vec<Value> = areas
        .iter()
        .map(|(area, percent)| json!({"area": area, "success_percent": percent}))
        .collect();
    output.object(&json!({
        "event": "broadcast_state",
        "message_id": args.broadcast.id,
        "state": state.map(receipt::state_name),
        "end_time": end_time,
        "areas": json,
    }))?;
    let state = state.map_or_else(|| "no state".into(), |state| state.to_string());
    let ended = end_time.map_or_else(String::new, |time| format!(" until {}", Printable(&time)));
    output.line(format_args!(
        "broadcast {}  {state}{ended}",
        Printable(&args.broadcast.id)
    ))?;
    for (area, percent) in areas {
        let percent = percent.map_or_else(|| "not known".into(), |percent| format!("{percent} %"));
        output.line(format_args!("  {}: {percent}", Printable(&area)))?;
    }
    Ok(())
}

pub(crate) async fn cancel(
    args: &CancelArgs,
    url: &str,
    output: &mut Output,
) -> Result<(), Failure> {
    let url = address(url, "cancel-broadcast")?;
    let cancel = CancelBroadcastSm::default()
        .service_type(text("--service-type", &args.service_type)?)
        .message_id(text("--id", &args.broadcast.id)?)
        .source_addr(message::address("--from", &args.broadcast.from)?);
    let (client, _incoming) = connect(&url).await?;
    let answer = client.cancel_broadcast_sm(&cancel).await;
    client.unbind().await;
    answer.map_err(|error| why(error, &client))?;
    let id = &args.broadcast.id;
    output.object(&json!({"event": "cancelled", "message_id": id}))?;
    output.line(format_args!("broadcast {}  cancelled", Printable(id)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_is_5_0_unless_another_is_named() {
        assert_eq!(of_5_0("smpp://a:b@h"), "smpp://a:b@h?version=5.0");
        assert_eq!(
            of_5_0("smpp://a:b@h?bind=tx"),
            "smpp://a:b@h?bind=tx&version=5.0"
        );
        let named = "smpp://a:version=@h?bind=tx&version=3.4";
        assert_eq!(of_5_0(named), named);
        assert!(of_5_0("smpp://a:version=@h").ends_with("?version=5.0"));
    }
}
