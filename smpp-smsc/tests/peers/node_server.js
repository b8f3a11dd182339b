// A message centre made with node-smpp (npm package `smpp`), which the interop
// tests run the client against.
//
//   NODE_PATH=$SMPP_PEERS/node_modules node node_server.js
//
// The first line on stdout is {"port":P}: it listens on 127.0.0.1 port P. Then
// comes one JSON line per PDU received: session (a number), command,
// sequence_number, status, every field and TLV that the library decoded, and for
// messages `hex` (the octets of short_message or message_payload as they came)
// and `text` (as the library decodes them). Of a password it says only whether
// it is the right one (`password_ok`).
//
// It accepts system_id "esme" with password "secret" and answers any other bind
// with ESME_RBINDFAIL. submit_sm and data_sm are answered with an id and, when
// registered_delivery asks for it, followed by a receipt. It knows query_sm,
// enquire_link and unbind; anything else gets generic_nack with
// ESME_RINVCMDID. It ends with exit code 0 on SIGTERM, and with 1 after 30 s.
'use strict';

const smpp = require('smpp');

const SYSTEM_ID = 'esme';
const PASSWORD = 'secret';
const DELIVERED = 2;

// Keep the octets of messages: the library would give decoded texts only.
const decodeMessage = smpp.filters.message.decode;
smpp.filters.message.decode = (value) => value;

function print(line) {
  process.stdout.write(JSON.stringify(line) + '\n');
}
process.stdout.on('error', () => process.exit(1));

function describe(number, pdu) {
  const line = {
    session: number,
    command: pdu.command,
    sequence_number: pdu.sequence_number,
    status: pdu.command_status,
  };
  for (const key of Object.keys(pdu)) {
    if (['command', 'command_length', 'command_id', 'command_status', 'sequence_number'].includes(key)) continue;
    const value = pdu[key];
    if (key === 'short_message' || key === 'message_payload') {
      if (key === 'message_payload' || value.length || line.hex === undefined) {
        line.hex = value.toString('hex');
        const text = decodeMessage.call(pdu, value, false);
        line.text = Buffer.isBuffer(text.message) ? text.message.toString('hex') : text.message;
        if (text.udh) line.udh = text.udh.map((u) => u.toString('hex'));
      }
    } else if (key === 'password') {
      line.password_ok = value === PASSWORD;
    } else if (Buffer.isBuffer(value)) {
      line[key] = value.toString('hex');
    } else {
      line[key] = value;
    }
  }
  return line;
}

function stamp(date) {
  return date.toISOString().replace(/[^0-9]/g, '').slice(2, 12);
}

const messages = new Map();
const receivers = new Set();
const waiting = [];
let nextId = 1;
let nextSession = 1;

function sendReceipt(receipt, session) {
  const target = session && session.receives ? session : [...receivers][0];
  if (!target) {
    waiting.push(receipt);
    return;
  }
  target.deliver_sm(receipt);
}

function onMessage(session, pdu) {
  if (!session.transmits) {
    session.send(pdu.response({ command_status: smpp.ESME_RINVBNDSTS }));
    return;
  }
  const id = 'node-' + nextId++;
  const now = new Date();
  messages.set(id, { source_addr: pdu.source_addr, done: now });
  session.send(pdu.response({ message_id: id }), () => {
    if ((pdu.registered_delivery & 0x03) !== 1) return;
    const octets = pdu.message_payload || pdu.short_message || Buffer.alloc(0);
    const head = pdu.data_coding === 0 && !(pdu.esm_class & 0x40)
      ? decodeMessage.call(pdu, octets, true).message.slice(0, 20) : '';
    sendReceipt({
      source_addr_ton: pdu.dest_addr_ton,
      source_addr_npi: pdu.dest_addr_npi,
      source_addr: pdu.destination_addr,
      dest_addr_ton: pdu.source_addr_ton,
      dest_addr_npi: pdu.source_addr_npi,
      destination_addr: pdu.source_addr,
      esm_class: 0x04,
      data_coding: 0x00,
      short_message: 'id:' + id + ' sub:001 dlvrd:001 submit date:' + stamp(now) +
        ' done date:' + stamp(now) + ' stat:DELIVRD err:000 text:' + head,
      receipted_message_id: id,
      message_state: DELIVERED,
    }, session);
  });
}

function onBind(session, pdu, transmits, receives) {
  if (session.transmits || session.receives) {
    session.send(pdu.response({ command_status: smpp.ESME_RALYBND }));
    return;
  }
  if (pdu.system_id !== SYSTEM_ID || pdu.password !== PASSWORD) {
    session.send(pdu.response({ command_status: smpp.ESME_RBINDFAIL }));
    return;
  }
  session.transmits = transmits;
  session.receives = receives;
  session.send(pdu.response({ system_id: 'node-smpp', sc_interface_version: 0x34 }), () => {
    if (!receives) return;
    receivers.add(session);
    for (const receipt of waiting.splice(0)) sendReceipt(receipt, session);
  });
}

const handlers = {
  bind_transmitter: (session, pdu) => onBind(session, pdu, true, false),
  bind_receiver: (session, pdu) => onBind(session, pdu, false, true),
  bind_transceiver: (session, pdu) => onBind(session, pdu, true, true),
  submit_sm: onMessage,
  data_sm: onMessage,
  query_sm: (session, pdu) => {
    const message = messages.get(pdu.message_id);
    if (!message || message.source_addr !== pdu.source_addr) {
      session.send(pdu.response({ command_status: smpp.ESME_RQUERYFAIL }));
      return;
    }
    session.send(pdu.response({
      message_id: pdu.message_id,
      final_date: message.done,
      message_state: DELIVERED,
      error_code: 0,
    }));
  },
  enquire_link: (session, pdu) => session.send(pdu.response()),
  unbind: (session, pdu) => {
    receivers.delete(session);
    session.send(pdu.response(), () => session.close());
  },
};

const server = smpp.createServer((session) => {
  const number = nextSession++;
  session.on('error', (e) => print({ session: number, error: e.message }));
  session.on('close', () => receivers.delete(session));
  session.on('pdu', (pdu) => {
    print(describe(number, pdu));
    if (pdu.isResponse()) return;
    if (handlers[pdu.command]) {
      handlers[pdu.command](session, pdu);
    } else {
      session.send(new smpp.PDU('generic_nack', {
        sequence_number: pdu.sequence_number,
        command_status: smpp.ESME_RINVCMDID,
      }));
    }
  });
});

server.on('error', (e) => {
  process.stderr.write('node_server: ' + e.message + '\n');
  process.exit(1);
});
server.listen(0, '127.0.0.1', () => print({ port: server.address().port }));

process.on('SIGTERM', () => process.exit(0));
setTimeout(() => {
  process.stderr.write('node_server: not ended within 30 s\n');
  process.exit(1);
}, 30000);
