// away.js - a connection that is lost: told when it lasts, and again when it is over.  Of a short
// one nobody hears anything.

const TELL_MS = 2000;

function lengthOf(ms) {
	const seconds = Math.max(1, Math.round(ms / 1000));
	return seconds < 90 ? `${seconds} s` : `${Math.round(seconds / 60)} minutes`;
}

export class Away {
	// tell: { lost(remark), back(text), gap(text) }
	constructor(tell) {
		this.tell = tell;
		this.timer = 0;
		this.reset();
	}

	reset() {
		clearTimeout(this.timer);
		this.since = 0;
		this.isTold = false;
		this.isBack = false;
		this.missed = 0;
	}

	// `isSure`: the server itself said so, and there is no use in waiting.
	lost(remark, isSure) {
		this.isBack = false;
		if (this.since === 0) this.since = Date.now();
		clearTimeout(this.timer);
		if (this.isTold) return;
		const left = isSure ? 0 : Math.max(0, this.since + TELL_MS - Date.now());
		this.timer = setTimeout(() => {
			this.isTold = true;
			this.tell.lost(remark);
		}, left);
	}

	resumed(gap) {
		clearTimeout(this.timer);
		this.isBack = true;
		this.missed = 0;
		if (gap)
			this.tell.gap(
				'You were away long: the beginning of what happened is missing.',
			);
	}

	// Lines of the game that came; after a resume they are those that were missed.
	came(lines) {
		if (this.isBack) this.missed += lines;
	}

	// All that was missed is there.
	settled() {
		if (!this.isBack) return;
		const { isTold, since, missed } = this;
		this.reset();
		if (!isTold) return;
		const after = `Back after ${lengthOf(Date.now() - since)}.`;
		this.tell.back(
			missed > 0
				? `${after} Above is what you missed.`
				: `${after} Nothing was missed.`,
		);
	}
}
