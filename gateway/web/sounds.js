// sounds.js - small sounds, made here and now with WebAudio: no files, no other host.
//
// Each is a few notes: [hertz, begins at, lasts (seconds), shape].  Browsers let nothing sound
// before the player has pressed a key; until then all is silent.

import { Ambience } from './ambience.js';

const NOTES = {
	tell: [
		[660, 0, 0.16],
		[880, 0.11, 0.22],
	],
	say: [[520, 0, 0.09]],
	emote: [[440, 0, 0.09]],
	hurt: [
		[150, 0, 0.18, 'triangle'],
		[110, 0.05, 0.2, 'triangle'],
	],
	blocked: [[180, 0, 0.08, 'triangle']],
	door: [
		[120, 0, 0.07, 'triangle'],
		[85, 0.09, 0.16, 'triangle'],
	],
	lost: [
		[440, 0, 0.18],
		[330, 0.14, 0.3],
	],
	back: [
		[330, 0, 0.18],
		[440, 0.14, 0.3],
	],
	bell: [
		[784, 0, 0.9],
		[1568, 0, 0.4],
		[2093, 0, 0.2],
	],
	gull: [
		[1320, 0, 0.12],
		[1180, 0.16, 0.14],
		[1040, 0.34, 0.2],
	],
};
const LOUDNESS = 0.12;

// The name of a sound of the server ("tavern/bell.ogg") as one of ours, or undefined.
export function soundFor(name) {
	const word = String(name).toLowerCase();
	return Object.keys(NOTES).find((key) => word.includes(key));
}

export class Sounds {
	constructor(isOn) {
		this.isOn = isOn;
		this.context = null;
		this.place = null; // the sound of where one is
		this.ambience = new Ambience((name) => this.play(name));
	}

	get isReady() {
		return this.isOn() && navigator.userActivation?.hasBeenActive === true;
	}

	play(name) {
		if (!this.isReady || !Object.hasOwn(NOTES, name ?? '')) return;
		this.context ??= new AudioContext();
		const start = this.context.currentTime + 0.01;
		for (const note of NOTES[name]) this.note(start, ...note);
	}

	note(start, hertz, at, lasts, shape = 'sine') {
		const tone = this.context.createOscillator();
		const gain = this.context.createGain();
		const from = start + at;
		tone.type = shape;
		tone.frequency.value = hertz;
		gain.gain.setValueAtTime(0, from);
		gain.gain.linearRampToValueAtTime(LOUDNESS, from + 0.015);
		gain.gain.exponentialRampToValueAtTime(0.0001, from + lasts);
		tone.connect(gain).connect(this.context.destination);
		tone.start(from);
		tone.stop(from + lasts + 0.02);
	}

	// The sound of the place one is in begins, changes or ends.
	refresh() {
		if (this.isReady) this.context ??= new AudioContext();
		if (this.context) this.ambience.set(this.context, this.isOn() ? this.place : null);
	}

	silence() {
		this.place = null;
		this.refresh();
	}

	// Client.Media.Play and .Stop
	media(name, body) {
		const word = String(body?.name ?? '')
			.toLowerCase()
			.replace(/\.\w+$/, '');
		if (name === 'client.media.stop') this.silence();
		else if (!(body?.loops < 0)) this.play(soundFor(word));
		else this.place = word;
		this.refresh();
	}
}
