// A client made with node-smpp (npm package `smpp`), run against the message
// centre by the interop tests. It checks every answer; the first deviation is
// named on stderr and ends the program with exit code 1.
//
//   NODE_PATH=$SMPP_PEERS/node_modules \
//     node node_client.js HOST PORT SYSTEM_ID PASSWORD MODE COUNT [FLAG...]
//
// MODE transceiver  one connection submits COUNT messages and gets the receipts
//      split        a transmitter submits, a receiver connection gets the receipts
//      transmitter  submits COUNT messages and asks for no receipts
//      receiver     submits nothing; waits for COUNT receipts submitted by others
// FLAG --query      also sends query_sm for the first message, after its receipt
//      --no-badpass does not try a second connection with a wrong password
//      --v5         binds with interface_version 0x50 instead of 0x34
//
// On success it prints one JSON line: mode, submitted, receipts, ids, texts
// (data_coding and the octets sent, in hex), enquire_link, bad_bind_status and,
// with --query, query_state. The whole run is limited to 20 seconds.
'use strict';

const smpp = require('smpp');

const SOURCE = { ton: 1, npi: 1, addr: '15550100' };
const DEST = { ton: 1, npi: 1, addr: '15550199' };
const DELIVERED = 2;
// Requests that wait for their answers at the same time.
const WINDOW = 10;

// Text, data_coding, and the octets it must have on the wire.
const TEXTS = [
  ['Price: 5€ [net] @ £1', 0x00, '50726963653a20351b65201b3c6e65741b3e2000200131'],
  ['Привет, мир', 0x08, '041f04400438043204350442002c0020043c04380440'],
  ['A plain text', 0x00, '4120706c61696e2074657874'],
  ['日本語', 0x08, '65e5672c8a9e'],
];

function fail(message) {
  process.stderr.write('node_client: ' + message + '\n');
  process.exit(1);
}

function check(condition, message) {
  if (!condition) fail(message);
}

function hex(status) {
  return '0x' + (status >>> 0).toString(16).padStart(8, '0');
}

const argv = process.argv.slice(2);
const flags = new Set(argv.filter((a) => a.startsWith('--')));
const [host, port, systemId, password, mode, countText] = argv.filter((a) => !a.startsWith('--'));
for (const flag of flags) {
  check(['--query', '--no-badpass', '--v5'].includes(flag), 'unknown flag ' + flag);
}
const MODES = ['transceiver', 'split', 'transmitter', 'receiver'];
const count = Number(countText);
check(MODES.includes(mode) && Number.isInteger(count) && count > 0,
  'usage: node_client.js HOST PORT SYSTEM_ID PASSWORD ' + MODES.join('|') + ' COUNT [FLAG...]');
check(mode === 'receiver' || count >= 2, 'COUNT must be at least 2: one GSM and one UCS-2 text');
check(!flags.has('--query') || mode === 'transceiver' || mode === 'split',
  '--query needs a mode that submits and gets receipts');

const interfaceVersion = flags.has('--v5') ? 0x50 : 0x34;
let waitingFor = 'start';
setTimeout(() => fail('no end after 20 s, last waiting for ' + waitingFor), 20000);

// The octets of each short_message as they were put on the wire.
const sentTexts = [];
const receipts = new Map();
let receiptWaiter = null;

function connect(name) {
  return new Promise((resolve) => {
    const session = smpp.connect({ host, port: Number(port) });
    session.peerName = name;
    session.leaving = false;
    session.on('connect', () => resolve(session));
    session.on('error', (e) => {
      if (!session.leaving) fail(name + ': ' + e.message);
    });
    session.on('close', () => {
      if (!session.leaving) fail(name + ': connection closed by the peer');
    });
    session.on('unknown', (pdu) => fail(name + ': unknown command_id ' + hex(pdu.command_id)));
    session.on('generic_nack', (pdu) =>
      fail(name + ': generic_nack with status ' + hex(pdu.command_status)));
    session.on('enquire_link', (pdu) => session.send(pdu.response()));
    session.on('unbind', () => fail(name + ': the peer sent unbind'));
    session.on('deliver_sm', (pdu) => onDeliver(session, pdu));
  });
}

// Sends one request and returns its answer.
function request(session, command, fields) {
  return new Promise((resolve) => {
    waitingFor = command + '_resp on ' + session.peerName;
    const sent = session[command](fields || {}, (resp) => {
      check(resp.command === command + '_resp',
        command + ' was answered by ' + resp.command + ' with status ' + hex(resp.command_status));
      resolve(resp);
    });
    check(sent, command + ': the connection is not writable');
  });
}

async function bind(name, command) {
  const session = await connect(name);
  // At once, not after the promise: a receipt may come in the same segment.
  session.on(command + '_resp', () => { session.receives = command !== 'bind_transmitter'; });
  const resp = await request(session, command, {
    system_id: systemId,
    password,
    interface_version: interfaceVersion,
  });
  check(resp.command_status === 0, command + ' was refused with ' + hex(resp.command_status));
  check(typeof resp.system_id === 'string', command + '_resp has no system_id');
  return session;
}

function onDeliver(session, pdu) {
  const name = session.peerName + ': deliver_sm: ';
  check(session.receives, name + 'on a connection that is not bound to receive');
  check(pdu.command_status === 0, name + 'command_status ' + hex(pdu.command_status));
  check((pdu.esm_class & 0x3c) === 0x04, name + 'esm_class ' + hex(pdu.esm_class) + ' is no receipt');
  const body = pdu.short_message.message || (pdu.message_payload || {}).message || '';
  const text = Buffer.isBuffer(body) ? body.toString('latin1') : body;
  const match = /^id:(\S+) sub:(\d{3}) dlvrd:(\d{3}) submit date:(\d{10,12}) done date:(\d{10,12}) stat:([A-Z]{7}) err:(\w{1,3}) text:/i
    .exec(text);
  check(match, name + 'no receipt text: ' + JSON.stringify(text));
  const id = match[1];
  check(match[6] === 'DELIVRD', name + 'stat ' + match[6]);
  check(pdu.receipted_message_id === undefined || pdu.receipted_message_id === id,
    name + 'receipted_message_id ' + pdu.receipted_message_id + ' is not ' + id);
  check(pdu.message_state === undefined || pdu.message_state === DELIVERED,
    name + 'message_state ' + pdu.message_state);
  check(!receipts.has(id), name + 'second receipt for ' + id);
  if (mode !== 'receiver') {
    check(pdu.source_addr === DEST.addr && pdu.destination_addr === SOURCE.addr,
      name + 'from ' + pdu.source_addr + ' to ' + pdu.destination_addr);
  }
  receipts.set(id, match[6]);
  session.send(pdu.response(), () => {
    if (receiptWaiter && receipts.size >= count) receiptWaiter();
  });
}

function allReceipts() {
  return new Promise((resolve) => {
    waitingFor = count + ' receipts';
    receiptWaiter = resolve;
    if (receipts.size >= count) resolve();
  });
}

async function submit(session, index, wantReceipt) {
  const [text, dataCoding, expected] = TEXTS[index % TEXTS.length];
  const resp = await request(session, 'submit_sm', {
    source_addr_ton: SOURCE.ton,
    source_addr_npi: SOURCE.npi,
    source_addr: SOURCE.addr,
    dest_addr_ton: DEST.ton,
    dest_addr_npi: DEST.npi,
    destination_addr: DEST.addr,
    registered_delivery: wantReceipt ? 1 : 0,
    data_coding: dataCoding,
    short_message: text,
  });
  check(resp.command_status === 0, 'submit_sm was refused with ' + hex(resp.command_status));
  check(resp.message_id, 'submit_sm_resp has an empty message_id');
  sentTexts.push({ data_coding: dataCoding, hex: expected });
  return resp.message_id;
}

// node-smpp encodes the text itself: make sure it sends what the list says.
for (const [text, dataCoding, expected] of TEXTS) {
  const encoded = smpp.filters.message.encode.call({ data_coding: dataCoding }, text);
  check(encoded.toString('hex') === expected,
    'the library encodes ' + JSON.stringify(text) + ' as ' + encoded.toString('hex'));
}

async function badPassword() {
  const session = await connect('bad password');
  const resp = await request(session, 'bind_transceiver', {
    system_id: systemId,
    password: password === 'badpass' ? 'passbad' : 'badpass',
    interface_version: interfaceVersion,
  });
  check(resp.command_status !== 0, 'a wrong password was accepted');
  session.leaving = true;
  session.destroy();
  return resp.command_status;
}

async function unbind(session) {
  const resp = await request(session, 'unbind');
  session.leaving = true;
  check(resp.command_status === 0, 'unbind was refused with ' + hex(resp.command_status));
  session.destroy();
}

async function main() {
  const result = { peer: 'node-smpp', mode, submitted: 0, receipts: 0 };
  const sessions = [];
  let sender = null;
  if (mode === 'split' || mode === 'receiver') {
    sessions.push(await bind('receiver', 'bind_receiver'));
  }
  if (mode === 'split' || mode === 'transmitter') {
    sender = await bind('transmitter', 'bind_transmitter');
    sessions.push(sender);
  }
  if (mode === 'transceiver') {
    sender = await bind('transceiver', 'bind_transceiver');
    sessions.push(sender);
  }

  const ids = [];
  if (sender) {
    const wantReceipt = mode !== 'transmitter';
    for (let first = 0; first < count; first += WINDOW) {
      const pending = [];
      for (let i = first; i < Math.min(first + WINDOW, count); i++) {
        pending.push(submit(sender, i, wantReceipt));
      }
      ids.push(...(await Promise.all(pending)));
    }
    check(new Set(ids).size === count, 'message ids repeat: ' + ids.join(' '));
  }
  if (mode !== 'transmitter') {
    await allReceipts();
    check(receipts.size === count, receipts.size + ' receipts instead of ' + count);
  }
  if (sender && mode !== 'transmitter') {
    for (const id of receipts.keys()) check(ids.includes(id), 'receipt for ' + id + ' that nobody submitted');
  }

  for (const session of sessions) {
    const resp = await request(session, 'enquire_link');
    check(resp.command_status === 0, 'enquire_link was answered with ' + hex(resp.command_status));
  }
  result.enquire_link = sessions.length;

  if (!flags.has('--no-badpass')) result.bad_bind_status = await badPassword();

  if (flags.has('--query')) {
    const resp = await request(sender, 'query_sm', {
      message_id: ids[0],
      source_addr_ton: SOURCE.ton,
      source_addr_npi: SOURCE.npi,
      source_addr: SOURCE.addr,
    });
    check(resp.command_status === 0, 'query_sm was refused with ' + hex(resp.command_status));
    check(resp.message_id === ids[0], 'query_sm_resp is for ' + resp.message_id + ', not ' + ids[0]);
    check(resp.message_state === DELIVERED, 'query_sm_resp has message_state ' + resp.message_state);
    check(resp.final_date, 'query_sm_resp has no final_date');
    result.query_state = resp.message_state;
  }

  for (const session of sessions) await unbind(session);

  result.submitted = ids.length;
  result.receipts = receipts.size;
  result.ids = ids.length ? ids : [...receipts.keys()];
  result.texts = sentTexts;
  process.stdout.write(JSON.stringify(result) + '\n', () => process.exit(0));
}

process.on('unhandledRejection', (e) => fail(e.stack || String(e)));
process.on('uncaughtException', (e) => fail(e.stack || String(e)));
main();
