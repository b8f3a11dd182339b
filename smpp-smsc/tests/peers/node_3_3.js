// The operations that only SMPP 3.3 has, taught to node-smpp by its addCommand:
// their bodies are put together from its own types of fields.
'use strict';

const smpp = require('smpp');

const { int8, cstring, buffer, dest_address_array } = smpp.types;
const time = { type: cstring, filter: smpp.filters.time };

const SOURCE = {
  source_addr_ton: { type: int8 },
  source_addr_npi: { type: int8 },
  source_addr: { type: cstring },
};

// A count, and as many ids.
const ids = {
  read: (octets, offset) => {
    const list = [];
    let at = offset + 1;
    for (let left = octets.readUInt8(offset); left > 0; left -= 1) {
      const id = cstring.read(octets, at);
      list.push(id);
      at += cstring.size(id);
    }
    return list;
  },
  size: (list) => list.reduce((sum, id) => sum + cstring.size(id), 1),
  default: [],
};

const COMMANDS = [
  ['param_retrieve', 0x22, { param_name: { type: cstring } }, { param_value: { type: cstring } }],
  ['query_last_msgs', 0x23, { ...SOURCE, num_messages: { type: int8 } }, { msgid: { type: ids } }],
  ['query_msg_details', 0x24, {
    message_id: { type: cstring },
    ...SOURCE,
    sm_length: { type: int8 },
  }, {
    service_type: { type: cstring },
    ...SOURCE,
    dest_address: { type: dest_address_array },
    protocol_id: { type: int8 },
    priority_flag: { type: int8 },
    schedule_delivery_time: time,
    validity_period: time,
    registered_delivery: { type: int8 },
    data_coding: { type: int8 },
    short_message: { type: buffer, filter: smpp.filters.message },
    message_id: { type: cstring },
    final_date: time,
    message_state: { type: int8 },
    error_code: { type: int8 },
  }],
];

for (const [name, id, request, response] of COMMANDS) {
  smpp.addCommand(name, { id, params: request });
  smpp.addCommand(name + '_resp', { id: (0x80000000 | id) >>> 0, params: response });
}
