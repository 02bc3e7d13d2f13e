// main.js - where the web client begins: puts the connection, the text, the command line, the
// panels and the settings together.

import { plainText } from './ansi.js';
import { Atlas } from './atlas.js';
import { Away } from './away.js';
import { Command } from './command.js';
import { Echoes } from './echoes.js';
import { Link } from './link.js';
import { Log } from './log.js';
import { MapView } from './map.js';
import { applyGmcp, dropUnsettledTalk, emptyModel, nounOf, restoreTalk, settleTalk, settledTalk } from './model.js';
import { Offer } from './offer.js';
import { Panels } from './panels.js';
import { Settings } from './settings.js';
import { Sounds } from './sounds.js';
import { statusOf } from './status.js';
import * as store from './store.js';
import { wayOf } from './ways.js';

const SAVE_MS = 300;
const SURE = { restart: true, busy: true }; // what the server itself has said
const byId = (id) => document.getElementById(id);
const narrow = matchMedia('(max-width: 56rem)');

class Client {
	constructor() {
		this.model = emptyModel();
		this.atlas = new Atlas(store.loadMap());
		this.settings = new Settings(byId('settings'), () => this.settingsChanged());
		this.sounds = new Sounds(() => this.settings.get('sounds'));
		this.log = new Log({
			scroller: byId('scroller'),
			list: byId('lines'),
			newer: byId('newer'),
			onLines: (lines) => this.linesShown(lines),
		});
		this.echoes = new Echoes(this.log, byId('waiting'));
		this.away = this.makeAway();
		this.command = this.makeCommand();
		this.offer = this.makeOffer();
		this.panels = this.makePanels();
		this.map = new MapView(byId('map'), this.atlas, (way) => this.send(way));
		this.link = this.makeLink();
		this.missed = 0; // lines shown while nobody looked
		this.readBack = -1;
		this.wasThere = false; // there was a connection since the page was opened
		this.saving = 0;
	}

	makeCommand() {
		const page = {
			form: byId('command-form'),
			field: byId('command'),
			prompt: byId('prompt'),
			secretForm: byId('secret-form'),
			secret: byId('secret'),
			secretPrompt: byId('secret-prompt'),
			reveal: byId('reveal'),
			account: byId('account'),
			said: byId('said'),
		};
		return new Command(page, {
			send: (line, hidden) => this.send(line, { hidden }),
			near: () => this.near(),
			turn: (direction) => this.log.page(direction),
			use: () => this.use(),
		});
	}

	makeAway() {
		return new Away({
			lost: (remark) => {
				if (this.wasThere) this.log.remark(remark, 'bad');
				else byId('said').textContent = byId('status-text').textContent;
				this.sounds.play('lost');
			},
			back: (text) => {
				this.log.remark(text, 'good');
				this.sounds.play('back');
			},
			gap: (text) => this.log.remark(text, 'bad'),
		});
	}

	makeOffer() {
		const page = {
			root: byId('offer'),
			text: byId('offer-text'),
			send: byId('offer-send'),
			forget: byId('offer-forget'),
		};
		return new Offer(page, {
			send: (line) => this.send(line),
			focus: () => this.command.focus(),
		});
	}

	makePanels() {
		const page = {
			self: byId('self'),
			roomName: byId('room-name'),
			roomArea: byId('room-area'),
			exits: byId('exits'),
			quick: byId('quick'),
			noExits: byId('no-exits'),
			vitalsPart: byId('vitals-part'),
			vitals: byId('vitals'),
			here: byId('here'),
			hereNone: byId('here-none'),
			carried: byId('carried'),
			carriedNone: byId('carried-none'),
			talk: byId('talk'),
			talkPart: byId('talk-part'),
		};
		return new Panels(page, {
			send: (line) => this.send(line),
			write: (line) => {
				this.setDrawer(false);
				this.command.put(line);
			},
			toLine: () => this.toLine(),
		});
	}

	makeLink() {
		const env = {
			WebSocket,
			load: store.loadLink,
			save: store.saveLink,
			random: () => Math.random(),
			setTimeout: (f, ms) => setTimeout(f, ms),
			clearTimeout: (timer) => clearTimeout(timer),
		};
		const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
		return new Link(`${scheme}://${location.host}/ws`, env, {
			state: (state, detail) => this.stateChanged(state, detail),
			text: (text) => this.textCame(text),
			gmcp: (name, body) => this.gmcpCame(name, body),
			hidden: (hidden) => this.command.setHidden(hidden),
			settled: () => this.settled(),
			resumed: ({ gap }) => this.resumed(gap),
			refused: (why) =>
				this.log.remark(
					why || 'Your place in the game could not be kept.',
					'bad',
				),
			lines: (lines) => this.echoes.show(lines),
		});
	}

	start() {
		this.restore();
		this.listen();
		this.settingsChanged();
		this.panels.show(this.model, 'room');
		this.panels.show(this.model, 'inv');
		this.map.draw();
		this.setDrawer(false);
		this.link.open();
		if (matchMedia('(pointer: fine)').matches) this.command.focus();
	}

	restore() {
		const scroller = byId('scroller');
		scroller.setAttribute('aria-live', 'off');
		const { entries, talk, draft } = store.loadShown();
		const prompt = this.log.restore(entries);
		restoreTalk(this.model, talk);
		this.panels.show(this.model, 'talk');
		byId('command').value = draft;
		if (prompt) this.command.setPrompt(plainText(prompt));
		requestAnimationFrame(() => scroller.setAttribute('aria-live', 'polite'));
	}

	// ---- from the player ----

	// True: the line is on its way, or waits for the connection.
	send(text, { hidden = false } = {}) {
		if (this.link.state === 'closed') this.link.start();
		const line = this.link.line(text, { hidden });
		if (!line) {
			byId('said').textContent = 'Not connected: nothing was sent.';
			return false;
		}
		const isShown = this.settings.get('echo') && !this.settings.get('reader');
		if (isShown || !line.sent) this.echoes.add(line, this.command.prompt);
		this.log.toEnd();
		return true;
	}

	// Where one goes on when a button is gone.  On a touch screen no keyboard jumps up.
	toLine() {
		if (document.documentElement.dataset.drawer === 'open') byId('panels').focus();
		else if (matchMedia('(pointer: fine)').matches) this.command.focus();
		else byId('scroller').focus({ preventScroll: true });
	}

	// What a line is that is typed now.
	use() {
		if (this.link.state === 'login') return 'answer';
		return this.link.isKept ? 'command' : '';
	}

	// What one is likely to mean: ways, people, things.
	near() {
		const { room, players, items } = this.model;
		const names = [...items.room, ...items.inv].flatMap((i) =>
			nounOf(i.name).split(/\s+/),
		);
		const ways = Object.keys(room?.exits ?? {}).map((way) => wayOf(way).long);
		return [...ways, ...players.map((p) => p.name), ...names];
	}

	// ---- from the server ----

	textCame(text) {
		const prompt = this.log.text(text);
		if (prompt) this.command.setPrompt(plainText(prompt));
		this.readBack = -1;
	}

	linesShown(lines) {
		for (const line of lines) this.command?.words.learn(line);
		this.away?.came(lines.length);
		if (document.hidden) {
			this.missed += lines.length;
			this.setTitle();
		}
	}

	gmcpCame(name, body) {
		const before = this.model.vitals.find((row) => row.key === 'hp')?.now;
		const part = applyGmcp(this.model, name, body);
		if (part === 'room') {
			this.atlas.visit(this.model.room);
			this.map.draw();
			byId('place').textContent = this.model.room?.name ?? '';
			this.setKnown(true);
			this.saveSoon();
		}
		if (part) this.panels.show(this.model, part);
		this.sound(name.toLowerCase(), body, part, before);
		if (part === 'self') this.setTitle();
		if (name.toLowerCase() === 'char.name' && this.model.name !== '') {
			this.link.setOwner(this.model.name);
			this.offer.setPlayer(this.model.name);
		}
	}

	// Before the game begins there is nothing to show beside the text.
	setKnown(isKnown) {
		document.documentElement.dataset.known = isKnown ? 'yes' : 'no';
		byId('panels-button').hidden = !isKnown;
		this.log.follow();
	}

	sound(name, body, part, before) {
		const hp = this.model.vitals.find((row) => row.key === 'hp')?.now;
		if (name === 'client.media.play' || name === 'client.media.stop')
			this.sounds.media(name, body);
		else if (name === 'comm.channel.text' && body?.talker !== this.model.name)
			this.sounds.play(body?.channel);
		else if (part === 'vitals' && hp < before) this.sounds.play('hurt');
		else if (part === 'wrongdir') this.sounds.play('blocked');
	}

	settled() {
		this.log.settle();
		settleTalk(this.model);
		this.away.settled();
		this.saveSoon();
	}

	resumed(gap) {
		this.log.dropProvisional();
		dropUnsettledTalk(this.model);
		this.away.resumed(gap);
	}

	// ---- the connection ----

	stateChanged(state, detail) {
		const status = statusOf(state, detail);
		byId('status').dataset.state = status.tone;
		byId('status-text').textContent = status.text;
		byId('retry').hidden = !status.button;
		byId('retry').textContent = status.button ?? '';
		document.documentElement.dataset.link = state;
		this.wasThere ||= state === 'login' || state === 'playing';
		this.command.setOpen(this.link.canSend);
		if (state === 'waiting') this.away.lost(status.remark, Object.hasOwn(SURE, detail.why));
		else if (state === 'closed') this.closed(status, detail.why);
		else if (state === 'login') this.loginBegins(detail);
		this.offer.setPlayer(state === 'playing' ? this.model.name : '');
	}

	closed(status, why) {
		this.leaveGame();
		if (status.remark) this.log.remark(status.remark, why === 'left' ? '' : 'bad');
	}

	loginBegins({ unsent, owner }) {
		this.leaveGame();
		this.offer.add(unsent, owner);
	}

	// There is no game, so there is nothing beside its text that could be clicked.
	leaveGame() {
		const isBeside = ['panels', 'quick'].some((id) =>
			byId(id).contains(document.activeElement),
		);
		this.away.reset();
		this.echoes.giveUp();
		this.sounds.silence();
		this.model = emptyModel();
		for (const part of ['self', 'vitals', 'room', 'inv', 'talk'])
			this.panels.show(this.model, part);
		this.atlas.visit(null);
		this.map.draw();
		byId('place').textContent = '';
		this.setDrawer(false);
		this.setKnown(false);
		if (isBeside) this.toLine();
	}

	// ---- the page ----

	listen() {
		byId('retry').addEventListener('click', () => {
			this.link.start();
			this.command.focus();
		});
		byId('settings-button').addEventListener('click', () => this.settings.open());
		byId('panels-button').addEventListener('click', () => this.togglePanels());
		byId('panels-close').addEventListener('click', () => this.togglePanels());
		byId('backdrop').addEventListener('click', () => this.setDrawer(false));
		narrow.addEventListener('change', () => this.setDrawer(false));
		document.addEventListener('keydown', (event) => this.key(event));
		document.addEventListener('visibilitychange', () => this.seen());
		addEventListener('online', () => this.link.hurry());
		addEventListener('offline', () => this.link.doubt());
		addEventListener('pagehide', () => this.save());
		addEventListener('pageshow', (event) => event.persisted && this.link.doubt());
	}

	key(event) {
		if (event.key === 'Escape' && document.documentElement.dataset.drawer === 'open') {
			this.setDrawer(false);
			byId('panels-button').focus();
			return;
		}
		if (
			event.altKey &&
			!event.ctrlKey &&
			(event.key === 'ArrowUp' || event.key === 'ArrowDown')
		) {
			event.preventDefault();
			this.readAgain(event.key === 'ArrowUp' ? 1 : -1);
			return;
		}
		// Whoever types while reading means the command line.
		const isText =
			event.key.length === 1 &&
			event.key !== ' ' &&
			!event.ctrlKey &&
			!event.metaKey &&
			!event.altKey;
		const isReading =
			event.target === document.body || event.target === byId('scroller');
		if (isText && isReading && !this.settings.dialog.open) this.command.focus();
	}

	readAgain(step) {
		const back = Math.max(0, this.readBack + step);
		const line = this.log.lineFromEnd(back);
		if (line === undefined) return;
		this.readBack = back;
		byId('said').textContent = line;
	}

	seen() {
		if (document.hidden) {
			this.save();
			return;
		}
		this.missed = 0;
		this.setTitle();
		this.link.hurry();
	}

	setTitle() {
		const name = this.model.name ? `${this.model.name} · Mudlark` : 'Mudlark';
		document.title = this.missed > 0 ? `(${this.missed}) ${name}` : name;
	}

	togglePanels() {
		if (narrow.matches)
			this.setDrawer(document.documentElement.dataset.drawer !== 'open');
		else this.settings.set({ panels: !this.settings.get('panels') });
	}

	// On a small screen the panels are a drawer over the text.
	setDrawer(isOpen) {
		const button = byId('panels-button');
		document.documentElement.dataset.drawer = isOpen ? 'open' : 'shut';
		button.setAttribute(
			'aria-expanded',
			String(narrow.matches ? isOpen : this.settings.get('panels')),
		);
		if (isOpen) byId('panels').focus();
		else if (narrow.matches && byId('panels').contains(document.activeElement))
			button.focus();
	}

	settingsChanged() {
		byId('panels-button').setAttribute(
			'aria-expanded',
			String(!narrow.matches && this.settings.get('panels')),
		);
		this.link.setTerminal({
			columns: 0,
			rows: 0,
			colours: 'true',
			screen_reader: this.settings.get('reader'),
		});
		this.sounds.refresh();
		this.log.follow();
	}

	saveSoon() {
		if (this.saving) return;
		this.saving = setTimeout(() => this.save(), SAVE_MS);
	}

	save() {
		clearTimeout(this.saving);
		this.saving = 0;
		store.saveShown(this.link.resume.at, {
			entries: this.log.saved(),
			talk: settledTalk(this.model),
			draft: this.use() === 'command' ? this.command.draft : '',
		});
		store.saveMap(this.atlas.saved());
	}
}

new Client().start();
