// command.js - where one types: the command line with its history and completion, and in its place
// a true password field while the server says that what is typed is secret.
//
// Tab completes only where there is something to complete, so that it still leads out of an empty
// field; Escape and then Tab always does.

import { complete, History, Words } from './complete.js';

const HISTORY_KEY = 'mudlark.history';

function loadHistory() {
	try {
		return JSON.parse(sessionStorage.getItem(HISTORY_KEY) ?? '[]');
	} catch {
		return [];
	}
}

export class Command {
	// page: form, field, prompt, secretForm, secret, secretPrompt, reveal, account, said (a
	// live region)
	// send(line, hidden): whether it was taken; near(): words at hand; turn(direction): pages of
	// the text; use(): what a line is now: 'command', 'answer' (to a login) or ''.
	constructor(page, { send, near, turn, use }) {
		this.page = page;
		this.send = send;
		this.near = near;
		this.turn = turn;
		this.use = use;
		this.history = new History(loadHistory());
		this.words = new Words();
		this.cycle = null; // { start, options, at, end } while Tab goes round
		this.escaped = false;
		this.prompt = '> ';
		this.listen();
	}

	listen() {
		const { form, field, secretForm, secret, reveal } = this.page;
		form.addEventListener('submit', (event) => this.submit(event));
		secretForm.addEventListener('submit', (event) => this.submitSecret(event));
		field.addEventListener('keydown', (event) => this.key(event));
		field.addEventListener('input', () => this.typed());
		field.addEventListener('paste', (event) => this.paste(event));
		secret.addEventListener('keydown', (event) => this.pageKeys(event));
		reveal.addEventListener('click', () => this.setReveal(secret.type === 'password'));
	}

	// ---- sending ----

	submit(event) {
		event.preventDefault();
		const { field } = this.page;
		const line = field.value;
		const use = this.use();
		if (!this.send(line, false)) return;
		this.remember(line, use);
		field.value = '';
		this.typed();
		field.focus();
	}

	submitSecret(event) {
		event.preventDefault();
		const { secret } = this.page;
		if (this.send(secret.value, true)) secret.value = '';
		secret.focus();
	}

	remember(line, use) {
		if (use === 'answer') this.page.account.value = line;
		if (use !== 'command') return;
		this.history.add(line);
		try {
			sessionStorage.setItem(HISTORY_KEY, JSON.stringify(this.history.lines));
		} catch {
			// A full or forbidden store costs the history, not the game.
		}
	}

	// ---- the prompt, and what kind of answer it wants ----

	setPrompt(text) {
		if (text === this.prompt) return;
		this.prompt = text;
		this.page.prompt.textContent = text.trim();
		this.page.secretPrompt.textContent = text.trim();
		const isNew = /choose|repeat|new/i.test(text);
		this.page.secret.autocomplete = isNew ? 'new-password' : 'current-password';
	}

	setHidden(hidden) {
		const { form, secretForm, secret, field } = this.page;
		if (secretForm.hidden === !hidden) return;
		const isHere =
			document.activeElement === field || document.activeElement === secret;
		form.hidden = hidden;
		secretForm.hidden = !hidden;
		secret.value = '';
		this.setReveal(false);
		if (isHere || document.activeElement === document.body) this.focus();
	}

	// Without a connection a secret field takes nothing: what is secret does not wait.
	setOpen(isOpen) {
		const { secret } = this.page;
		if (!isOpen) {
			secret.value = '';
			this.setReveal(false);
		}
		secret.readOnly = !isOpen;
		secret.setAttribute('aria-disabled', String(!isOpen));
		secret.placeholder = isOpen ? '' : 'Not connected';
	}

	// What was begun and not sent.  Secrets are never asked for.
	get draft() {
		return this.page.form.hidden ? '' : this.page.field.value;
	}

	setReveal(shown) {
		const { secret, reveal } = this.page;
		secret.type = shown ? 'text' : 'password';
		reveal.setAttribute('aria-pressed', String(shown));
		reveal.textContent = shown ? 'Hide' : 'Show';
	}

	focus() {
		(this.page.form.hidden ? this.page.secret : this.page.field).focus({
			preventScroll: true,
		});
	}

	put(text) {
		this.page.field.value = text;
		this.focus();
	}

	// ---- keys ----

	key(event) {
		const { key } = event;
		if (event.isComposing || this.pageKeys(event)) return;
		if ((key === 'ArrowUp' || key === 'ArrowDown') && !event.altKey)
			this.recall(key === 'ArrowUp' ? -1 : 1, event);
		else if (key === 'Tab' && !event.shiftKey && !this.escaped) this.tab(event);
		else if (key === 'Escape') this.escape();
		if (key !== 'Escape' && key !== 'Shift') this.escaped = false;
	}

	pageKeys(event) {
		if (event.key !== 'PageUp' && event.key !== 'PageDown') return false;
		event.preventDefault();
		this.turn(event.key === 'PageUp' ? -1 : 1);
		return true;
	}

	escape() {
		this.escaped = true;
		this.cycle = null;
	}

	typed() {
		this.cycle = null;
	}

	recall(direction, event) {
		const line = this.history.step(direction, this.page.field.value);
		event.preventDefault();
		if (line === null) return;
		this.page.field.value = line;
		this.page.field.setSelectionRange(line.length, line.length);
		this.typed();
	}

	tab(event) {
		const { field, said } = this.page;
		this.cycle ??= this.begin(field);
		if (!this.cycle) return;
		event.preventDefault();
		const { start, options } = this.cycle;
		const word = options[this.cycle.at++ % options.length];
		field.setRangeText(word, start, this.cycle.end, 'end');
		this.cycle.end = start + word.length;
		said.textContent = word;
	}

	begin(field) {
		const found = complete(field.value, field.selectionStart, {
			near: this.near(),
			words: this.words.newest(),
		});
		return found.options.length > 0
			? { ...found, at: 0, end: field.selectionStart }
			: null;
	}

	// Several lines pasted are one command: their ends become spaces.
	paste(event) {
		const text = event.clipboardData?.getData('text/plain') ?? '';
		if (!/[\r\n]/.test(text)) return;
		event.preventDefault();
		const { field } = this.page;
		const flat = text.trim().replace(/\s*[\r\n]+\s*/g, ' ');
		field.setRangeText(flat, field.selectionStart, field.selectionEnd, 'end');
		this.typed();
	}
}
