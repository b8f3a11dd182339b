"""Every operation that smpplib (PyPI) knows, one after the other against the
message centre, in one version. Run by the interop tests.

  PYTHONPATH=$SMPP_PEERS/python \\
    python3 smpplib_operations.py HOST PORT SYSTEM_ID PASSWORD VERSION

VERSION is 3.3, 3.4 or 5.0. All of the table OPERATIONS runs twice: over a
transmitter with a receiver beside it, and over a transceiver. The first deviation
is named on stderr and ends the program with exit code 1.

The centre must run with handsets.toml.

On success it prints one JSON line: version, and the names of the operations that
were run, each as often as it was. The run is limited to 20 seconds.
"""

import collections
import json
import signal
import sys

import smpplib.client
import smpplib.command
import smpplib.consts
import smpplib.smpp

VERSIONS = {"3.3": 0x33, "3.4": 0x34, "5.0": 0x50}
ALL = ("3.3", "3.4", "5.0")
TLVS = ("3.4", "5.0")
SOURCE = {"source_addr_ton": 5, "source_addr_npi": 0, "source_addr": "BANK"}
TOMORROW = "000001000000000R"
ENROUTE, DELIVERED, DELETED = 1, 2, 4
OK, INVALID_BIND, ALREADY_BOUND, INVALID_ID = 0, 0x04, 0x05, 0x0C
INVALID_PASSWORD, NOT_DELIVERED = 0x0E, 0xFE


# The library knows the parameter, but not where it belongs.
smpplib.command.DataSM.params["set_dpf"] = smpplib.command.Param(type=int, size=1)
smpplib.command.DataSM.params_order += ("set_dpf",)


def to(number):
    return {"dest_addr_ton": 1, "dest_addr_npi": 1, "destination_addr": number}


SUBSCRIBER, ABSENT, SOMETIMES = (
    to(number) for number in ("447700900123", "447708000001", "447708100001")
)


class Deviation(Exception):
    pass


def equal(found, expected, what):
    if found != expected:
        raise Deviation(f"{what} is {found!r}, not {expected!r}")


class Session:
    """One connection. What comes from the centre waits in `inbox`."""

    def __init__(self, address, version):
        self.client = smpplib.client.Client(
            *address, timeout=20, allow_unknown_opt_params=True
        )
        self.client.connect()
        self.version = version
        self.inbox = collections.deque()

    def respond(self, pdu, command):
        resp = smpplib.smpp.make_pdu(command, client=self.client)
        resp.sequence = pdu.sequence
        self.client.send_pdu(resp)

    def read(self):
        """The next response; requests are answered and kept."""
        while True:
            pdu = self.client.read_pdu()
            if pdu.is_response():
                return pdu
            if pdu.command == "enquire_link":
                self.respond(pdu, "enquire_link_resp")
                continue
            if pdu.command == "deliver_sm":
                self.respond(pdu, "deliver_sm_resp")
            self.inbox.append(pdu)

    def incoming(self, command):
        while not self.inbox:
            # A response that nobody waits for comes back behind this.
            self.ask("enquire_link")
        pdu = self.inbox.popleft()
        equal(pdu.command, command, "the next PDU")
        return pdu

    def send(self, command, **fields):
        pdu = smpplib.smpp.make_pdu(command, client=self.client, **fields)
        if command.startswith("bind_"):
            # The library states 3.4 whatever it is told.
            pdu.interface_version = VERSIONS[self.version]
        self.client.send_pdu(pdu)
        return pdu

    def ask(self, command, status=OK, **fields):
        pdu = self.send(command, **fields)
        resp = self.read()
        equal(resp.sequence, pdu.sequence, f"the number of the response to {command}")
        equal(resp.command, command + "_resp", f"the response to {command}")
        if status is not None:
            equal(resp.status, status, f"the status of {command}")
        return resp

    def submit(self, status=OK, **fields):
        fields = {**SOURCE, **SUBSCRIBER, "short_message": b"Hello", **fields}
        return self.ask("submit_sm", status, **fields).message_id

    def receipt(self, message_id):
        pdu = self.incoming("deliver_sm")
        equal(pdu.esm_class, 0x04, "esm_class")
        text = pdu.short_message
        if not text.startswith(b"id:" + message_id + b" ") or b" stat:DELIVRD " not in text:
            raise Deviation(f"receipt {text!r} of {message_id!r}")
        expected = None if self.version == "3.3" else message_id
        equal(pdu.receipted_message_id, expected, "receipted_message_id")


def submit(sender, receiver, **fields):
    message_id = sender.submit(registered_delivery=1, **fields)
    receiver.receipt(message_id)


def transaction(sender, _receiver):
    sender.submit(esm_class=0x02)
    if sender.version != "5.0":
        # The library cannot read the parameters of this response in 5.0.
        sender.submit(NOT_DELIVERED, esm_class=0x02, **ABSENT)


def replacing(sender, _receiver):
    old = sender.submit(schedule_delivery_time=TOMORROW)
    new = sender.submit(schedule_delivery_time=TOMORROW, replace_if_present_flag=1)
    if old == new:
        raise Deviation("both messages have one id")


def data(sender, receiver, **fields):
    fields = {**SOURCE, **SUBSCRIBER, "message_payload": b"Hello", **fields}
    resp = sender.ask("data_sm", registered_delivery=1, **fields)
    receiver.receipt(resp.message_id)


def notification(sender, receiver):
    message_id = sender.submit(registered_delivery=0x10, **ABSENT)
    pdu = receiver.incoming("deliver_sm")
    equal(pdu.esm_class, 0x20, "esm_class")
    equal(pdu.receipted_message_id, message_id, "receipted_message_id")


def alert(sender, receiver):
    fields = {**SOURCE, **SOMETIMES, "esm_class": 0x02}
    while sender.ask("data_sm", None, set_dpf=1, **fields).status == OK:
        pass
    while sender.ask("data_sm", None, **fields).status != OK:
        pass
    pdu = receiver.incoming("alert_notification")
    equal(pdu.source_addr, SOMETIMES["destination_addr"].encode(), "source_addr")
    equal(pdu.esme_addr, SOURCE["source_addr"].encode(), "esme_addr")
    equal(pdu.ms_availability_status, 0, "ms_availability_status")


def query(sender, receiver):
    """The library lets a transmitter ask for nothing, and a receiver for all."""
    message_id = sender.submit(registered_delivery=1)
    receiver.receipt(message_id)
    asked = {"message_id": message_id.decode(), **SOURCE}
    if sender is not receiver:
        receiver.ask("query_sm", INVALID_BIND, **asked)
        return
    resp = sender.ask("query_sm", **asked)
    equal(resp.message_id, message_id, "the id in query_sm_resp")
    equal(resp.message_state, DELIVERED, "message_state")
    equal(len(resp.final_date or b""), 16, "the length of final_date")
    waiting = sender.submit(schedule_delivery_time=TOMORROW)
    resp = sender.ask("query_sm", message_id=waiting.decode(), **SOURCE)
    scheduled = 0 if sender.version == "5.0" else ENROUTE
    equal(resp.message_state, scheduled, "message_state")
    sender.ask("query_sm", INVALID_ID, message_id="1")


def enquire_link(sender, receiver):
    sender.ask("enquire_link")
    receiver.ask("enquire_link")


def generic_nack(sender, _receiver):
    sender.send("generic_nack", sequence=77)
    sender.ask("enquire_link")


# What is tried, the versions that have it, and how it runs over a session that
# sends and one that receives.
OPERATIONS = (
    ("enquire_link", ALL, enquire_link),
    ("submit_sm", ALL, submit),
    ("submit_sm, store and forward", TLVS, lambda s, r: submit(s, r, esm_class=0x03)),
    ("submit_sm, datagram", TLVS, lambda s, r: submit(s, r, esm_class=0x01)),
    ("submit_sm, transaction", TLVS, transaction),
    ("submit_sm, replacing", ALL, replacing),
    # Clients that state 3.3 send it, too.
    ("data_sm", ALL, data),
    ("data_sm, datagram", TLVS, lambda s, r: data(s, r, esm_class=0x01)),
    ("deliver_sm, intermediate notification", TLVS, notification),
    ("alert_notification", TLVS, alert),
    ("query_sm", ALL, query),
    ("generic_nack", ALL, generic_nack),
)


def bind(address, version, command, system_id, password, done):
    session = Session(address, version)
    session.ask(command, INVALID_PASSWORD, system_id=system_id, password="guess")
    resp = session.ask(command, system_id=system_id, password=password)
    equal(resp.system_id, b"smpp-smsc", "system_id")
    stated = None if version == "3.3" else 0x50
    equal(resp.sc_interface_version, stated, "sc_interface_version")
    done.append(command)
    return session


def unbind(session, done):
    session.ask("unbind")
    equal(len(session.inbox), 0, "the number of PDUs that nobody waited for")
    session.client.disconnect()
    done.append("unbind")


def run(sender, receiver, version, done):
    for name, versions, operation in OPERATIONS:
        if version not in versions:
            continue
        try:
            operation(sender, receiver)
        except Exception as error:
            raise Deviation(f"{name}: {type(error).__name__}: {error}") from error
        done.append(name)


def main(host, port, system_id, password, version):
    address, done = (host, int(port)), []

    def session(command):
        return bind(address, version, command, system_id, password, done)

    receiver, sender = session("bind_receiver"), session("bind_transmitter")
    run(sender, receiver, version, done)
    unbind(sender, done)
    unbind(receiver, done)
    both = session("bind_transceiver")
    run(both, both, version, done)
    unbind(both, done)
    print(json.dumps({"peer": "smpplib", "version": version, "operations": done}), flush=True)


def out_of_time(_signal, _frame):
    raise Deviation("no end after 20 s")


if __name__ == "__main__":
    signal.signal(signal.SIGALRM, out_of_time)
    signal.alarm(20)
    try:
        main(*sys.argv[1:])
    except Exception as error:  # any library error is a deviation, too
        version = sys.argv[-1]
        text = f"smpplib_operations: {version}: {type(error).__name__}: {error}"
        print(text, file=sys.stderr, flush=True)
        sys.exit(1)
