const show = (id, text) => { document.getElementById(id).textContent = text; };
// The sum of all series of a metric, or of those with this state.
function value(text, name, state) {
  let sum = null;
  for (const line of text.split('\n')) {
    const [, series, labels, number] = /^smpp_smsc_(\w+)(\{.*\})? (\S+)$/.exec(line) || [];
    if (series === name && (!state || (labels || '').includes('state="' + state + '"'))) {
      sum += Number(number);
    }
  }
  return sum === null ? '?' : sum;
}
function fill(id, values) {
  const row = document.createElement('tr');
  for (const one of values) { row.insertCell().textContent = one; }
  document.getElementById(id).replaceChildren(row);
}
async function refresh() {
  try {
    const sessions = await (await fetch('/api/sessions')).json();
    const rows = sessions.map(one => {
      const row = document.createElement('tr');
      for (const value of [one.system_id, one.peer, one.bind, one.version, one.in_flight]) {
        row.insertCell().textContent = value;
      }
      return row;
    });
    document.getElementById('sessions').replaceChildren(...rows);
    const text = await (await fetch('/metrics')).text();
    const ended = ['delivered', 'expired', 'undeliverable', 'rejected', 'deleted', 'other'];
    fill('states', [
      value(text, 'messages', 'waiting'),
      value(text, 'messages', 'in_hand'),
      ...ended.map(state => value(text, 'messages_ended_total', state)),
    ]);
    const queues = ['engine_inputs', 'outbox', 'deliveries_in_flight', 'passing_messages', 'absent_messages'];
    fill('queues', queues.map(name => value(text, name)));
    show('metrics', text.split('\n').filter(line => line && !line.startsWith('#')).join('\n'));
  } catch (error) {
    show('metrics', 'The message centre does not answer: ' + error);
  }
}
document.getElementById('find').onsubmit = async event => {
  event.preventDefault();
  const id = encodeURIComponent(new FormData(event.target).get('id'));
  const answer = await (await fetch('/api/messages/' + id)).json();
  const told = answer.error ? [] : answer.map(one => [
    one.account + ': ' + one.from + ' to ' + one.to + ', ' + one.state,
    ...one.events.map(({ at, event, ...rest }) =>
      '  ' + (at || '').padEnd(24) + event + Object.entries(rest).map(([key, is]) => ', ' + key + ' ' + is).join('')),
  ].join('\n'));
  show('story', answer.error || told.join('\n'));
};
document.getElementById('send').onsubmit = async event => {
  event.preventDefault();
  const { account, ...body } = Object.fromEntries(new FormData(event.target));
  const path = '/api/accounts/' + encodeURIComponent(account) + '/messages';
  const headers = { 'Content-Type': 'application/json' };
  const answer = await fetch(path, { method: 'POST', headers, body: JSON.stringify(body) });
  show('sent', JSON.stringify(await answer.json()));
};
refresh();
setInterval(refresh, 2000);
