// sounds.js - small sounds, made here and now with WebAudio: no files, no other host.
//
// Each is a few notes: [hertz, begins at, lasts (seconds), shape].  Browsers let nothing sound before the
// player has pressed a key; until then all is silent.

const NOTES = {
	tell: [[660, 0, 0.16], [880, 0.11, 0.22]],
	say: [[520, 0, 0.09]],
	emote: [[440, 0, 0.09]],
	hurt: [[150, 0, 0.18, 'triangle'], [110, 0.05, 0.2, 'triangle']],
	blocked: [[180, 0, 0.08, 'triangle']],
	lost: [[440, 0, 0.18], [330, 0.14, 0.3]],
	back: [[330, 0, 0.18], [440, 0.14, 0.3]],
	bell: [[784, 0, 0.5], [1568, 0, 0.25]],
};
const LOUDNESS = 0.12;

// The name of a sound of the server ("tavern/bell.ogg") as one of ours.
export function soundFor(name) {
	const word = String(name).toLowerCase();
	return Object.keys(NOTES).find((key) => word.includes(key)) ?? 'say';
}

export class Sounds {
	constructor(isOn) {
		this.isOn = isOn;
		this.context = null;
	}

	play(name) {
		if (!this.isOn() || !NOTES[name] || !navigator.userActivation?.hasBeenActive)
			return;
		this.context ??= new AudioContext();
		const start = this.context.currentTime + 0.01;
		for (const note of NOTES[name])
			this.note(start, ...note);
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

	// Client.Media.Play; music and what goes on in the background is left out.
	media(body) {
		if (body?.type !== 'music' && !(body?.loops < 0))
			this.play(soundFor(body?.name ?? ''));
	}
}
