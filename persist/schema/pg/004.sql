-- What bridges need: the facts that may leave the game, in order, without walking past all others; and documents
-- of their own that a world's start does not walk past.
CREATE INDEX event_outward ON event (seq) WHERE kind IN ('channel:said', 'news:announced', 'board:posted',
	'board:removed', 'player:entered', 'player:left', 'errand:done', 'server:started', 'server:stopping');

DROP INDEX document_of_world;
CREATE INDEX document_of_world ON document (id)
	WHERE substr(collection, 1, 3) <> 'ai.' AND substr(collection, 1, 7) <> 'bridge.';
