// ambience.js - what a place sounds like, for as long as one is there: the sea, rain, gulls.  Noise
// through a filter that swells and falls, made by WebAudio; the server names it by
// Client.Media.Play with loops.

const PLACES = {
	sea: { filter: 'lowpass', hertz: 420, loud: 0.05, swell: 0.11 },
	rain: { filter: 'highpass', hertz: 2400, loud: 0.012, swell: 0.4 },
	gulls: { filter: 'lowpass', hertz: 520, loud: 0.03, swell: 0.09, calls: [6, 16] },
};
const FADE = 1.5;
const NOISE_SECONDS = 4;

function noise(context) {
	const buffer = context.createBuffer(
		1,
		NOISE_SECONDS * context.sampleRate,
		context.sampleRate,
	);
	const samples = buffer.getChannelData(0);
	for (let i = 0; i < samples.length; i++) samples[i] = Math.random() * 2 - 1;
	return buffer;
}

export class Ambience {
	// call: plays the sound of a name once
	constructor(call) {
		this.call = call;
		this.playing = null; // { name, source, gain, timer }
	}

	// Goes over to this place; NULL or a name nobody knows is silence.
	set(context, name) {
		const place = Object.hasOwn(PLACES, name ?? '') ? PLACES[name] : null;
		if (this.playing?.name === name && place) return;
		this.stop(context);
		if (place) this.start(context, name, place);
	}

	start(context, name, place) {
		const source = context.createBufferSource();
		const filter = context.createBiquadFilter();
		const gain = context.createGain();
		const swell = context.createOscillator();
		const depth = context.createGain();
		source.buffer = noise(context);
		source.loop = true;
		filter.type = place.filter;
		filter.frequency.value = place.hertz;
		gain.gain.value = 0;
		gain.gain.linearRampToValueAtTime(place.loud, context.currentTime + FADE);
		swell.frequency.value = place.swell;
		depth.gain.value = place.hertz / 2;
		swell.connect(depth).connect(filter.frequency);
		source.connect(filter).connect(gain).connect(context.destination);
		source.start();
		swell.start();
		this.playing = { name, source, swell, gain, timer: 0 };
		this.callLater(place);
	}

	callLater(place) {
		if (!place.calls) return;
		const [least, most] = place.calls;
		const seconds = least + Math.random() * (most - least);
		this.playing.timer = setTimeout(() => {
			this.call('gull');
			this.callLater(place);
		}, seconds * 1000);
	}

	stop(context) {
		if (!this.playing) return;
		const { source, swell, gain, timer } = this.playing;
		const end = context.currentTime + FADE;
		clearTimeout(timer);
		gain.gain.cancelScheduledValues(context.currentTime);
		gain.gain.setTargetAtTime(0, context.currentTime, FADE / 4);
		source.stop(end);
		swell.stop(end);
		this.playing = null;
	}
}
