"""A client made with smpplib (PyPI), run against the message centre by the
interop tests. It checks every answer; the first deviation is named on stderr
and ends the program with exit code 1.

  PYTHONPATH=$SMPP_PEERS/python \\
    python3 smpplib_client.py HOST PORT SYSTEM_ID PASSWORD COUNT [FLAG...]

It binds as a transceiver, submits COUNT messages (GSM and UCS-2 texts in turn)
with registered_delivery 1, waits for their receipts, exchanges enquire_link,
tries a wrong password on a second connection, and unbinds.

FLAG --query       also sends query_sm for the first message, after its receipt
     --no-badpass  does not try a second connection with a wrong password

On success it prints one JSON line: mode, submitted, receipts, ids, texts
(data_coding and the octets sent, in hex), enquire_link, bad_bind_status and,
with --query, query_state. The whole run is limited to 20 seconds.
"""

import json
import re
import signal
import sys

import smpplib.client
import smpplib.consts
import smpplib.exceptions
import smpplib.gsm
import smpplib.smpp

SOURCE = "15550100"
DEST = "15550199"
DELIVERED = 2
# Requests that wait for their answers at the same time.
WINDOW = 10
TEXTS = ["Price: 5€ [net] @ £1", "Привет, мир", "A plain text", "日本語"]
RECEIPT = re.compile(
    rb"id:(\S+) sub:\d{3} dlvrd:\d{3} submit date:\d{10,12} done date:\d{10,12}"
    rb" stat:([A-Z]{7}) err:\w{1,3} text:",
    re.IGNORECASE,
)


class Deviation(Exception):
    pass


def check(condition, message):
    if not condition:
        raise Deviation(message)


class Run:
    def __init__(self, host, port):
        self.client = smpplib.client.Client(
            host, port, timeout=20, allow_unknown_opt_params=True
        )
        self.receipts = {}
        self.answers = {}

    def read(self):
        """Reads one PDU and acts on it."""
        pdu = self.client.read_pdu()
        if pdu.command == "deliver_sm":
            self.deliver(pdu)
        elif pdu.command == "enquire_link":
            resp = smpplib.smpp.make_pdu("enquire_link_resp", client=self.client)
            resp.sequence = pdu.sequence
            self.client.send_pdu(resp)
        elif pdu.is_response() and pdu.command != "generic_nack":
            self.answers[pdu.sequence] = pdu
        else:
            raise Deviation(f"unexpected {pdu.command}, status {pdu.status:#010x}")

    def deliver(self, pdu):
        check(pdu.status == 0, f"deliver_sm: command_status {pdu.status:#010x}")
        check(
            pdu.esm_class & 0x3C == 0x04,
            f"deliver_sm: esm_class {pdu.esm_class:#04x} is no receipt",
        )
        text = pdu.short_message or pdu.message_payload or b""
        match = RECEIPT.match(text)
        check(match, f"deliver_sm: no receipt text: {text!r}")
        message_id, stat = match.group(1), match.group(2)
        check(stat == b"DELIVRD", f"deliver_sm: stat {stat!r}")
        check(
            pdu.receipted_message_id in (None, message_id),
            f"deliver_sm: receipted_message_id {pdu.receipted_message_id!r}"
            f" is not {message_id!r}",
        )
        check(
            pdu.message_state in (None, DELIVERED),
            f"deliver_sm: message_state {pdu.message_state}",
        )
        check(
            (pdu.source_addr, pdu.destination_addr) == (DEST.encode(), SOURCE.encode()),
            f"deliver_sm: from {pdu.source_addr!r} to {pdu.destination_addr!r}",
        )
        check(message_id not in self.receipts, f"second receipt for {message_id!r}")
        self.receipts[message_id] = stat
        resp = smpplib.smpp.make_pdu("deliver_sm_resp", client=self.client, status=0)
        resp.sequence = pdu.sequence
        self.client.send_pdu(resp)

    def answer(self, pdu, may_fail=False):
        """Reads until the answer to a request sent before is there."""
        while pdu.sequence not in self.answers:
            self.read()
        resp = self.answers.pop(pdu.sequence)
        check(
            resp.command == pdu.command + "_resp",
            f"{pdu.command} was answered by {resp.command}",
        )
        check(
            may_fail or resp.status == 0,
            f"{pdu.command} was answered with status {resp.status:#010x}",
        )
        return resp

    def send(self, command, **fields):
        pdu = smpplib.smpp.make_pdu(command, client=self.client, **fields)
        self.client.send_pdu(pdu)
        return pdu


def bad_password(host, port, system_id, password):
    wrong = "badpass" if password != "badpass" else "passbad"
    client = smpplib.client.Client(host, port, timeout=20, allow_unknown_opt_params=True)
    client.connect()
    try:
        client.bind_transceiver(system_id=system_id, password=wrong)
    except smpplib.exceptions.PDUError as error:
        return error.args[1]
    finally:
        client.state = smpplib.consts.SMPP_CLIENT_STATE_OPEN
        client.disconnect()
    raise Deviation("a wrong password was accepted")


def main(arguments):
    flags = {a for a in arguments if a.startswith("--")}
    values = [a for a in arguments if not a.startswith("--")]
    check(
        len(values) == 5 and flags <= {"--query", "--no-badpass"},
        "usage: smpplib_client.py HOST PORT SYSTEM_ID PASSWORD COUNT [--query] [--no-badpass]",
    )
    host, port, system_id, password, count = values
    port, count = int(port), int(count)
    check(count >= 2, "COUNT must be at least 2: one GSM and one UCS-2 text")

    run = Run(host, port)
    run.client.connect()
    run.client.bind_transceiver(system_id=system_id, password=password)

    ids, texts, sent = [], [], []

    def collect():
        for pdu in sent:
            resp = run.answer(pdu)
            check(resp.message_id, "submit_sm_resp has an empty message_id")
            ids.append(resp.message_id)
        sent.clear()

    for index in range(count):
        parts, data_coding, esm_class = smpplib.gsm.make_parts(TEXTS[index % len(TEXTS)])
        check(len(parts) == 1, "the library split a short text")
        pdu = run.client.send_message(
            source_addr_ton=1,
            source_addr_npi=1,
            source_addr=SOURCE,
            dest_addr_ton=1,
            dest_addr_npi=1,
            destination_addr=DEST,
            esm_class=esm_class,
            data_coding=data_coding,
            registered_delivery=1,
            short_message=parts[0],
        )
        sent.append(pdu)
        texts.append({"data_coding": data_coding, "hex": parts[0].hex()})
        if len(sent) == WINDOW:
            collect()
    collect()
    check(len(set(ids)) == count, f"message ids repeat: {ids}")
    while len(run.receipts) < count:
        run.read()
    check(set(run.receipts) == set(ids), f"receipts for {sorted(run.receipts)}, not {sorted(ids)}")

    result = {"peer": "smpplib", "mode": "transceiver"}
    run.answer(run.send("enquire_link"))
    result["enquire_link"] = 1

    if "--no-badpass" not in flags:
        result["bad_bind_status"] = bad_password(host, port, system_id, password)

    if "--query" in flags:
        resp = run.answer(
            run.client.query_message(
                message_id=ids[0].decode(),
                source_addr_ton=1,
                source_addr_npi=1,
                source_addr=SOURCE,
            )
        )
        check(resp.message_id == ids[0], f"query_sm_resp is for {resp.message_id!r}")
        check(
            resp.message_state == DELIVERED,
            f"query_sm_resp has message_state {resp.message_state}",
        )
        check(resp.final_date, "query_sm_resp has no final_date")
        result["query_state"] = resp.message_state

    run.answer(run.send("unbind"))
    run.client.disconnect()

    result["submitted"] = len(ids)
    result["receipts"] = len(run.receipts)
    result["ids"] = [i.decode() for i in ids]
    result["texts"] = texts
    print(json.dumps(result), flush=True)


def out_of_time(_signal, _frame):
    raise Deviation("no end after 20 s")


if __name__ == "__main__":
    signal.signal(signal.SIGALRM, out_of_time)
    signal.alarm(20)
    try:
        main(sys.argv[1:])
    except Exception as error:  # any library error is a deviation, too
        print(f"smpplib_client: {type(error).__name__}: {error}", file=sys.stderr, flush=True)
        sys.exit(1)
