// Every operation that node-smpp (npm package `smpp`) knows, and those of 3.3 that
// it is taught, one after the other against the message centre, in one version. Run
// by the interop tests.
//
//   NODE_PATH=$SMPP_PEERS/node_modules \
//     node node_operations.js HOST PORT SYSTEM_ID PASSWORD VERSION [--known]
//
// VERSION is 3.3, 3.4 or 5.0. With --known, those that it was taught are left out.
// All of the table OPERATIONS runs twice: over a transmitter with a receiver beside
// it, and over a transceiver. An operation that the version does not have must be
// refused with ESME_RINVCMDID. The first deviation is named on stderr and ends the
// program with exit code 1.
//
// The centre must run with handsets.toml.
//
// On success it prints one JSON line: version, and the names of the operations
// that were run, each as often as it was. The run is limited to 20 seconds.
'use strict';

const smpp = require('smpp');
require('./node_3_3.js');

const [host, port, systemId, password, version, flag] = process.argv.slice(2);
const VERSIONS = { '3.3': 0x33, '3.4': 0x34, '5.0': 0x50 };
const ALL = ['3.3', '3.4', '5.0'];
const OLD = ['3.3'];
const TLVS = ['3.4', '5.0'];
const NEW = ['5.0'];
const SOURCE = { source_addr_ton: 5, source_addr_npi: 0, source_addr: 'BANK' };
const to = (number) => ({ dest_addr_ton: 1, dest_addr_npi: 1, destination_addr: number });
const SUBSCRIBER = to('447700900123');
const ABSENT = to('447708000001');
const SOMETIMES = to('447708100001');
const TOMORROW = '000001000000000R';
const STATES = { ENROUTE: 1, DELIVERED: 2, DELETED: 4 };
const SCHEDULED = version === '5.0' ? 0 : STATES.ENROUTE;

let waitingFor = 'start';
const done = [];

function fail(message) {
  process.stderr.write('node_operations: ' + version + ': ' + message + '\n');
  process.exit(1);
}

function check(condition, message) {
  if (!condition) fail(waitingFor + ': ' + message);
}

function equal(found, expected, what) {
  check(found === expected, what + ' is ' + found + ', not ' + expected);
}

function connect(name) {
  return new Promise((resolve) => {
    const session = smpp.connect({ host, port: Number(port) });
    Object.assign(session, { peerName: name, leaving: false, inbox: [], waiter: null });
    session.on('connect', () => resolve(session));
    session.on('error', (e) => session.leaving || fail(name + ': ' + e.message));
    session.on('close', () => session.leaving || fail(name + ': closed by the peer'));
    session.on('unknown', (pdu) => fail(name + ': unknown command ' + pdu.command_id));
    session.on('enquire_link', (pdu) => session.send(pdu.response()));
    session.on('unbind', () => fail(name + ': the peer sent unbind'));
    for (const command of ['deliver_sm', 'alert_notification']) {
      session.on(command, (pdu) => {
        if (command === 'deliver_sm') session.send(pdu.response());
        session.inbox.push(pdu);
        if (session.waiter) session.waiter();
      });
    }
  });
}

// The next PDU from the centre that is no response.
async function incoming(session, command) {
  waitingFor = command + ' to ' + session.peerName;
  if (!session.inbox.length) await new Promise((resolve) => { session.waiter = resolve; });
  session.waiter = null;
  const pdu = session.inbox.shift();
  equal(pdu.command, command, 'the next PDU');
  return pdu;
}

// Sends a request; its response must have this status.
function ask(session, command, fields, status = 0, answeredBy = command + '_resp') {
  return new Promise((resolve) => {
    waitingFor = command + ' of ' + session.peerName;
    const sent = session[command](fields || {}, (resp) => {
      equal(resp.command, answeredBy, 'the response to ' + command);
      equal(resp.command_status, status, 'the status of ' + command);
      resolve(resp);
    });
    check(sent, 'the connection is not writable');
  });
}

const message = (more) => ({ ...SOURCE, ...SUBSCRIBER, short_message: 'Hello', ...more });

async function submit(sender, more) {
  const resp = await ask(sender, 'submit_sm', message(more));
  check(resp.message_id, 'there is no message_id');
  return resp.message_id;
}

const waiting = (sender) => submit(sender, { schedule_delivery_time: TOMORROW });

async function state(sender, id, expected) {
  const resp = await ask(sender, 'query_sm', { message_id: id, ...SOURCE });
  equal(resp.message_id, id, 'the id in query_sm_resp');
  equal(resp.message_state, expected, 'message_state');
  check(Boolean(resp.final_date) === (expected > STATES.ENROUTE), 'final_date ' + resp.final_date);
}

// Until the receipt of the message comes: the only thing that comes.
async function receipt(receiver, id) {
  const pdu = await incoming(receiver, 'deliver_sm');
  equal(pdu.esm_class, 0x04, 'esm_class');
  const text = pdu.short_message.message;
  check(text.startsWith('id:' + id + ' ') && text.includes(' stat:DELIVRD '), 'receipt ' + text);
  equal(pdu.receipted_message_id, version === '3.3' ? undefined : id, 'receipted_message_id');
}

async function kept(sender, id, isKept) {
  const status = isKept ? 0 : smpp.ESME_RINVMSGID;
  await ask(sender, 'query_sm', { message_id: id, ...SOURCE }, status);
}

const BROADCAST = {
  ...SOURCE,
  broadcast_area_identifier: ['north', 'south'],
  broadcast_content_type: { network: 0, content_type: 0x0011 },
  broadcast_rep_num: 1,
  broadcast_frequency_interval: { unit: 0x09, interval: 1 },
  message_payload: 'Storm',
};

async function broadcast(sender, more) {
  const resp = await ask(sender, 'broadcast_sm', { ...BROADCAST, ...more });
  check(resp.message_id, 'there is no message_id');
  return resp.message_id;
}

// What is tried, the versions that have it, the command of it, and how it runs
// over a session that sends and one that receives.
const OPERATIONS = [
  ['enquire_link', ALL, async (sender, receiver) => {
    await ask(sender, 'enquire_link');
    await ask(receiver, 'enquire_link');
  }],
  ['submit_sm', ALL, async (sender, receiver) => {
    const id = await submit(sender, { registered_delivery: 1 });
    await receipt(receiver, id);
    await state(sender, id, STATES.DELIVERED);
  }],
  ['submit_sm, store and forward', TLVS, async (sender, receiver) => {
    const id = await submit(sender, { registered_delivery: 1, esm_class: 0x03 });
    await receipt(receiver, id);
    await kept(sender, id, true);
  }],
  ['submit_sm, datagram', TLVS, async (sender, receiver) => {
    const id = await submit(sender, { registered_delivery: 1, esm_class: 0x01 });
    await receipt(receiver, id);
    await kept(sender, id, false);
  }],
  ['submit_sm, transaction', TLVS, async (sender) => {
    await submit(sender, { esm_class: 0x02 });
    const absent = message({ esm_class: 0x02, ...ABSENT });
    const resp = await ask(sender, 'submit_sm', absent, smpp.ESME_RDELIVERYFAILURE);
    equal(resp.delivery_failure_reason, version === '5.0' ? 0 : undefined, 'the reason');
  }],
  ['submit_sm, replacing', ALL, async (sender) => {
    const old = await waiting(sender);
    const more = { schedule_delivery_time: TOMORROW, replace_if_present_flag: 1 };
    const id = await submit(sender, more);
    await state(sender, old, STATES.DELETED);
    await state(sender, id, SCHEDULED);
    await ask(sender, 'cancel_sm', { message_id: id, ...SOURCE });
  }],
  ['submit_sm to nobody', ALL, async (sender) => {
    await ask(sender, 'submit_sm', message(to('')), smpp.ESME_RINVDSTADR);
  }],
  ['submit_multi', ALL, async (sender, receiver) => {
    const resp = await ask(sender, 'submit_multi', {
      ...SOURCE,
      dest_address: [SUBSCRIBER, { dl_name: 'staff' }],
      registered_delivery: 1,
      short_message: 'to all',
    });
    equal(resp.unsuccess_sme.length, 1, 'the number of those refused');
    equal(resp.unsuccess_sme[0].destination_addr, 'staff', 'the one refused');
    equal(resp.unsuccess_sme[0].error_status_code, smpp.ESME_RINVDLNAME, 'its status');
    await receipt(receiver, resp.message_id);
  }],
  // Clients that state 3.3 send it, too.
  ['data_sm', ALL, async (sender, receiver) => {
    const data = { ...SOURCE, ...SUBSCRIBER, registered_delivery: 1, message_payload: 'Hello' };
    const resp = await ask(sender, 'data_sm', data);
    await receipt(receiver, resp.message_id);
  }],
  ['data_sm, transaction', TLVS, async (sender) => {
    const data = { ...SOURCE, ...ABSENT, esm_class: 0x02, message_payload: 'Hello' };
    const resp = await ask(sender, 'data_sm', data, smpp.ESME_RDELIVERYFAILURE);
    equal(resp.delivery_failure_reason, 0, 'the reason');
  }],
  ['deliver_sm, intermediate notification', TLVS, async (sender, receiver) => {
    const id = await submit(sender, { registered_delivery: 0x10, ...ABSENT });
    const pdu = await incoming(receiver, 'deliver_sm');
    equal(pdu.esm_class, 0x20, 'esm_class');
    equal(pdu.receipted_message_id, id, 'receipted_message_id');
  }],
  ['alert_notification', TLVS, async (sender, receiver) => {
    const data = { ...SOURCE, ...SOMETIMES, esm_class: 0x02 };
    const send = (fields) => new Promise((resolve) => {
      sender.data_sm(fields, (resp) => resolve(resp.command_status));
    });
    while (await send({ ...data, set_dpf: 1 }) === 0);
    while (await send(data) !== 0);
    const alert = await incoming(receiver, 'alert_notification');
    equal(alert.source_addr, SOMETIMES.destination_addr, 'source_addr');
    equal(alert.esme_addr, SOURCE.source_addr, 'esme_addr');
    equal(alert.ms_availability_status, 0, 'ms_availability_status');
  }],
  ['query_sm', ALL, async (sender) => {
    const id = await waiting(sender);
    await state(sender, id, SCHEDULED);
    await ask(sender, 'query_sm', { message_id: '1' }, smpp.ESME_RINVMSGID);
    await ask(sender, 'cancel_sm', { message_id: id, ...SOURCE });
  }],
  ['cancel_sm', ALL, async (sender) => {
    const id = await waiting(sender);
    await ask(sender, 'cancel_sm', { message_id: id, ...SOURCE });
    await state(sender, id, STATES.DELETED);
    await ask(sender, 'cancel_sm', { message_id: id, ...SOURCE }, smpp.ESME_RCANCELFAIL);
  }],
  ['cancel_sm, without id', ALL, async (sender) => {
    const ids = [await waiting(sender), await waiting(sender)];
    await ask(sender, 'cancel_sm', { ...SOURCE, ...SUBSCRIBER });
    for (const id of ids) await state(sender, id, STATES.DELETED);
    await ask(sender, 'cancel_sm', { ...SOURCE, ...SUBSCRIBER }, smpp.ESME_RCANCELFAIL);
  }],
  ['replace_sm', ALL, async (sender, receiver) => {
    const id = await waiting(sender);
    await ask(sender, 'replace_sm', {
      message_id: id,
      ...SOURCE,
      schedule_delivery_time: new Date(Date.now() - 60000),
      registered_delivery: 1,
      short_message: 'other',
    });
    await receipt(receiver, id);
  }],
  ['broadcast_sm', NEW, async (sender) => {
    await broadcast(sender);
  }, BROADCAST],
  ['query_broadcast_sm', NEW, async (sender) => {
    const id = await broadcast(sender);
    const resp = await ask(sender, 'query_broadcast_sm', { message_id: id, ...SOURCE });
    equal(resp.message_id, id, 'the id');
    const areas = resp.broadcast_area_identifier.map((one) => one.data.toString());
    equal(areas.join(), 'north,south', 'the areas');
    check([STATES.ENROUTE, STATES.DELIVERED].includes(resp.message_state), 'message_state');
  }],
  ['cancel_broadcast_sm', NEW, async (sender) => {
    const later = { schedule_delivery_time: TOMORROW, validity_period: '000002000000000R' };
    const id = await broadcast(sender, later);
    await ask(sender, 'cancel_broadcast_sm', { message_id: id, ...SOURCE });
    const resp = await ask(sender, 'query_broadcast_sm', { message_id: id, ...SOURCE });
    equal(resp.message_state, STATES.DELETED, 'message_state');
  }],
  ['param_retrieve', OLD, async (sender) => {
    const resp = await ask(sender, 'param_retrieve', { param_name: 'system_id' });
    equal(resp.param_value, systemId, 'param_value');
    const INVALID_PARAM = 0x32;
    await ask(sender, 'param_retrieve', { param_name: 'none' }, INVALID_PARAM);
  }],
  ['query_last_msgs', OLD, async (sender) => {
    const ids = [await waiting(sender), await waiting(sender), await waiting(sender)];
    const resp = await ask(sender, 'query_last_msgs', { ...SOURCE, num_messages: 2 });
    equal(resp.msgid.join(), ids[2] + ',' + ids[1], 'the list of ids');
    await ask(sender, 'query_last_msgs', SOURCE, smpp.ESME_RINVNUMMSGS);
    await ask(sender, 'cancel_sm', { ...SOURCE, ...SUBSCRIBER });
  }],
  ['query_msg_details', OLD, async (sender) => {
    const id = await waiting(sender);
    const asked = { message_id: id, ...SOURCE, sm_length: 4 };
    const resp = await ask(sender, 'query_msg_details', asked);
    equal(resp.source_addr, SOURCE.source_addr, 'source_addr');
    equal(resp.dest_address.length, 1, 'number_of_dests');
    equal(resp.dest_address[0].destination_addr, SUBSCRIBER.destination_addr, 'the recipient');
    check(resp.schedule_delivery_time > new Date(), 'it is scheduled for a time that has passed');
    check(resp.validity_period > resp.schedule_delivery_time, 'it ends before it is due');
    equal(resp.short_message.message, 'Hell', 'short_message');
    equal(resp.message_id, id, 'message_id');
    equal(resp.message_state, STATES.ENROUTE, 'message_state');
    await ask(sender, 'cancel_sm', { message_id: id, ...SOURCE });
    const after = await ask(sender, 'query_msg_details', asked);
    check(after.final_date instanceof Date, 'final_date ' + after.final_date);
    equal(after.message_state, STATES.DELETED, 'message_state');
  }],
  ['a second bind', ALL, async (sender, receiver) => {
    const fields = { system_id: systemId, password };
    await ask(sender, 'bind_transmitter', fields, smpp.ESME_RALYBND);
    await ask(receiver, 'bind_receiver', fields, smpp.ESME_RALYBND);
  }],
  ['what only a centre sends', ALL, async (sender) => {
    const wrong = smpp.ESME_RINVBNDSTS;
    await ask(sender, 'deliver_sm', message(), wrong);
    await ask(sender, 'outbind', { system_id: systemId }, wrong, 'generic_nack');
    await ask(sender, 'alert_notification', SOURCE, wrong, 'generic_nack');
  }],
  ['what nobody asked for', ALL, async (sender) => {
    sender.send(new smpp.PDU('submit_sm_resp', { sequence_number: 77, message_id: '1' }));
    sender.send(new smpp.PDU('generic_nack', { sequence_number: 78 }));
    await ask(sender, 'enquire_link');
  }],
];

async function run(sender, receiver) {
  for (const [name, versions, operation, fields] of OPERATIONS) {
    if (versions === OLD && flag === '--known') continue;
    waitingFor = name;
    const command = name.split(',')[0];
    if (versions.includes(version)) {
      await operation(sender, receiver);
    } else if (versions === OLD || versions === NEW) {
      await ask(sender, command, fields || { message_id: '1', ...SOURCE }, smpp.ESME_RINVCMDID);
    } else {
      continue;
    }
    done.push(name);
  }
}

async function bind(command) {
  const session = await connect(command);
  const fields = { system_id: systemId, interface_version: VERSIONS[version] };
  await ask(session, command, { ...fields, password: 'guess' }, smpp.ESME_RINVPASWD);
  await ask(session, 'enquire_link');
  await ask(session, 'submit_sm', message(), smpp.ESME_RINVBNDSTS);
  const resp = await ask(session, command, { ...fields, password });
  check(resp.system_id, 'there is no system_id');
  const stated = version === '3.3' ? undefined : 0x50;
  equal(resp.sc_interface_version, stated, 'sc_interface_version');
  done.push(command);
  return session;
}

async function unbind(session) {
  session.leaving = true;
  await ask(session, 'unbind');
  await new Promise((resolve) => session.on('close', resolve));
  equal(session.inbox.length, 0, 'the number of PDUs that nobody waited for');
  done.push('unbind');
}

async function main() {
  const receiver = await bind('bind_receiver');
  const sender = await bind('bind_transmitter');
  await ask(receiver, 'submit_sm', message(), smpp.ESME_RINVBNDSTS);
  await run(sender, receiver);
  await unbind(sender);
  await unbind(receiver);
  const both = await bind('bind_transceiver');
  await run(both, both);
  await unbind(both);
  const report = { peer: 'node-smpp', version, operations: done };
  process.stdout.write(JSON.stringify(report) + '\n', () => process.exit(0));
}

if (!VERSIONS[version]) fail('usage: node_operations.js HOST PORT SYSTEM_ID PASSWORD VERSION [--known]');
setTimeout(() => fail('no end after 20 s, last waiting for ' + waitingFor), 20000);
process.on('unhandledRejection', (e) => fail(waitingFor + ': ' + (e.stack || String(e))));
process.on('uncaughtException', (e) => fail(waitingFor + ': ' + (e.stack || String(e))));
main();
