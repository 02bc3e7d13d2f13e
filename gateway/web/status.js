// status.js - what the state of the connection is called: the words of the status line, and a
// remark in the text where something has happened that one should know later, too.

const WAITING = {
	restart: {
		text: 'The gate closed. Looking for another way in…',
		remark: 'The gate closed; looking for another way in. What you type waits for it.',
	},
	busy: { text: 'The server is full. Trying again…', remark: 'The server is full just now.' },
	lost: {
		text: 'Connection lost. Reconnecting…',
		remark: 'The connection is lost. Go on typing: it is sent when you are back.',
	},
};

const CLOSED = {
	left: 'You have left the game.',
	moved: 'Your character is played from elsewhere now: another window, another client.',
	login_timeout: 'You were not in the game in time, so the connection was closed.',
	banned: 'You are not welcome on this server.',
	protocol: 'This server does not speak the language of this page.',
};

// Of these the server itself has said in the text what it had to say.
const TOLD = new Set(['login_timeout']);

// { text, tone (good, busy, bad), button, remark }
export function statusOf(state, { why, reason } = {}) {
	if (state === 'login' || state === 'playing') return { text: 'Connected', tone: 'good' };
	if (state === 'connecting') return { text: 'Connecting…', tone: 'busy' };
	if (state === 'resuming') return { text: 'Coming back…', tone: 'busy' };
	if (state === 'waiting')
		return { ...(WAITING[why] ?? WAITING.lost), tone: 'busy', button: 'Connect now' };
	const text =
		CLOSED[why] ??
		`The server has closed the connection${reason ? ` (${reason})` : ''}.`;
	const remark = TOLD.has(why) ? undefined : text;
	return { text, tone: why === 'left' ? 'idle' : 'bad', button: 'Connect', remark };
}
