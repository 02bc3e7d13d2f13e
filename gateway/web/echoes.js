// echoes.js - the lines the player typed, as they stand in the text: which of them wait for the
// connection, which were never sent.  A note under the text counts those that wait.

export class Echoes {
	constructor(log, note) {
		this.log = log;
		this.note = note;
		this.entries = new Map(); // number of a typed line that is not done -> its entry
	}

	add(line, prompt) {
		const text = line.hidden ? '••••••' : line.text;
		const entry = this.log.echo(prompt, text, { waiting: !line.sent });
		this.entries.set(line.n, entry);
	}

	// The typed lines that are not done.
	show(lines) {
		const open = new Map(lines.map((line) => [line.n, line]));
		for (const [n, { node }] of this.entries) {
			node.classList.toggle('waiting', open.get(n)?.sent === false);
			if (!open.has(n)) this.entries.delete(n);
		}
		const waiting = lines.filter((line) => !line.sent).length;
		this.note.hidden = waiting === 0;
		this.note.textContent =
			waiting === 1
				? 'One line waits for the connection.'
				: `${waiting} lines wait for the connection.`;
	}

	// What waits has nothing to wait for any more.
	giveUp() {
		for (const { node } of this.entries.values())
			if (node.classList.contains('waiting')) node.className = 'echo unsent';
		this.entries.clear();
	}
}
