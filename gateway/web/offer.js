// offer.js - what was typed for a session that is gone: offered to whoever typed it, never sent by
// itself.

export class Offer {
	// page: root, text, send, forget; act: { send(line), focus() }
	constructor(page, act) {
		this.page = page;
		this.act = act;
		this.lines = [];
		this.owner = '';
		page.send.addEventListener('click', () => this.take(true));
		page.forget.addEventListener('click', () => this.take(false));
	}

	add(lines, owner) {
		if (lines.length === 0) return;
		if (owner !== this.owner) this.lines = [];
		this.lines.push(...lines);
		this.owner = owner;
		this.setPlayer('');
	}

	// Who is in play; '': nobody is.
	setPlayer(name) {
		if (name !== '' && name !== this.owner) this.lines = [];
		this.page.root.hidden = this.lines.length === 0;
		this.page.text.textContent = `Not sent: ${this.lines.join(' / ')}`;
		this.page.send.disabled = name === '';
	}

	take(isWanted) {
		const lines = this.lines.splice(0);
		this.setPlayer('');
		if (isWanted) lines.forEach((line) => this.act.send(line));
		this.act.focus();
	}
}
