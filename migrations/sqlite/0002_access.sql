-- Access: inherited roles, second factor, mail, API clients and their tokens.

-- What the role itself grants; `permissions` holds it together with what is inherited.
ALTER TABLE roles ADD COLUMN own_permissions TEXT NOT NULL DEFAULT '';
ALTER TABLE roles ADD COLUMN description TEXT NOT NULL DEFAULT '';
-- What the role itself demands; `requires_second_factor` holds it together with what is inherited.
ALTER TABLE roles ADD COLUMN own_requires_second_factor BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE roles ADD COLUMN requires_second_factor BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE roles ADD COLUMN version BIGINT NOT NULL DEFAULT 1;
CREATE INDEX roles_parent_id_idx ON roles (parent_id);

CREATE TABLE second_factors (
    staff_id BIGINT PRIMARY KEY REFERENCES staff (id),
    -- Sealed under ISP_SECRET_KEY.
    secret TEXT NOT NULL,
    created_at TEXT NOT NULL,
    -- NULL until the first code was right.
    confirmed_at TEXT,
    -- The session that adds the device; NULL once it is confirmed.
    session_hash TEXT,
    -- The last time step that was used: a code works once.
    last_step BIGINT NOT NULL
);

CREATE TABLE recovery_codes (
    staff_id BIGINT NOT NULL REFERENCES staff (id),
    code_hash TEXT NOT NULL,
    created_at TEXT NOT NULL,
    CONSTRAINT recovery_codes_pkey PRIMARY KEY (staff_id, code_hash)
);

ALTER TABLE authentication_events ADD COLUMN client_id BIGINT;
CREATE INDEX authentication_events_event_idx ON authentication_events (event, id);
CREATE INDEX authentication_events_subject_idx ON authentication_events (subject, id);
CREATE INDEX authentication_events_address_idx ON authentication_events (address, id);
CREATE INDEX authentication_events_client_id_idx ON authentication_events (client_id, id);
-- From where somebody was let in before.
CREATE INDEX authentication_events_sign_in_idx ON authentication_events (staff_id, address, at)
    WHERE event = 'sign_in';

-- Mail -------------------------------------------------------------------

CREATE TABLE mails (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    recipient TEXT NOT NULL,
    subject TEXT NOT NULL,
    -- Sealed under ISP_SECRET_KEY; emptied once the mail is sent.
    body TEXT NOT NULL,
    created_at TEXT NOT NULL,
    attempts BIGINT NOT NULL,
    -- NULL once it is sent or given up.
    next_attempt_at TEXT,
    sent_at TEXT,
    last_error TEXT
);
CREATE INDEX mails_next_attempt_at_idx ON mails (next_attempt_at);

-- API clients --------------------------------------------------------------

CREATE TABLE oauth_clients (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    -- What the client calls itself by.
    client_id TEXT NOT NULL,
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    is_confidential BOOLEAN NOT NULL,
    token_kind TEXT NOT NULL CHECK (token_kind IN ('opaque', 'jwt')),
    -- Names separated by spaces.
    grants TEXT NOT NULL,
    -- A JSON array.
    redirect_uris TEXT NOT NULL,
    -- Permissions and shorthands separated by spaces.
    scopes TEXT NOT NULL,
    -- JSON arrays of ids; NULL is every partner or location.
    scope_partners TEXT,
    scope_locations TEXT,
    is_active BOOLEAN NOT NULL,
    last_used_at TEXT,
    created_by BIGINT REFERENCES staff (id),
    version BIGINT NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    CONSTRAINT oauth_clients_client_id_key UNIQUE (client_id)
);
CREATE INDEX oauth_clients_created_by_idx ON oauth_clients (created_by);

CREATE TABLE oauth_client_secrets (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    oauth_client_id BIGINT NOT NULL REFERENCES oauth_clients (id),
    secret_hash TEXT NOT NULL,
    -- The last four characters, to tell two secrets apart.
    hint TEXT NOT NULL,
    created_at TEXT NOT NULL,
    last_used_at TEXT
);
CREATE INDEX oauth_client_secrets_oauth_client_id_idx ON oauth_client_secrets (oauth_client_id);

-- What a person or a client was once granted; everything issued under it dies with it.
CREATE TABLE token_families (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    -- NULL for the token pair of a member of staff.
    oauth_client_id BIGINT REFERENCES oauth_clients (id),
    staff_id BIGINT NOT NULL REFERENCES staff (id),
    scope TEXT NOT NULL,
    address TEXT,
    user_agent TEXT,
    created_at TEXT NOT NULL,
    last_used_at TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    revoked_at TEXT
);
CREATE INDEX token_families_staff_id_idx ON token_families (staff_id);
CREATE INDEX token_families_oauth_client_id_idx ON token_families (oauth_client_id);
CREATE INDEX token_families_expires_at_idx ON token_families (expires_at);

CREATE TABLE authorization_codes (
    code_hash TEXT PRIMARY KEY,
    oauth_client_id BIGINT NOT NULL REFERENCES oauth_clients (id),
    staff_id BIGINT NOT NULL REFERENCES staff (id),
    redirect_uri TEXT NOT NULL,
    scope TEXT NOT NULL,
    code_challenge TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    used_at TEXT,
    -- What the first use issued: a second use revokes it.
    family_id BIGINT REFERENCES token_families (id)
);
CREATE INDEX authorization_codes_oauth_client_id_idx ON authorization_codes (oauth_client_id);
CREATE INDEX authorization_codes_staff_id_idx ON authorization_codes (staff_id);
CREATE INDEX authorization_codes_family_id_idx ON authorization_codes (family_id);
CREATE INDEX authorization_codes_expires_at_idx ON authorization_codes (expires_at);

CREATE TABLE refresh_tokens (
    token_hash TEXT PRIMARY KEY,
    family_id BIGINT NOT NULL REFERENCES token_families (id),
    expires_at TEXT NOT NULL,
    used_at TEXT
);
CREATE INDEX refresh_tokens_family_id_idx ON refresh_tokens (family_id);
CREATE INDEX refresh_tokens_expires_at_idx ON refresh_tokens (expires_at);

-- Access tokens that are good: opaque ones by their hash, JWTs by the hash of their `jti`.
CREATE TABLE access_tokens (
    token_hash TEXT PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('opaque', 'jwt')),
    oauth_client_id BIGINT REFERENCES oauth_clients (id),
    staff_id BIGINT REFERENCES staff (id),
    family_id BIGINT REFERENCES token_families (id),
    scope TEXT NOT NULL,
    issued_at TEXT NOT NULL,
    expires_at TEXT NOT NULL
);
CREATE INDEX access_tokens_oauth_client_id_idx ON access_tokens (oauth_client_id);
CREATE INDEX access_tokens_staff_id_idx ON access_tokens (staff_id);
CREATE INDEX access_tokens_family_id_idx ON access_tokens (family_id);
CREATE INDEX access_tokens_expires_at_idx ON access_tokens (expires_at);

CREATE TABLE signing_keys (
    -- RFC 7638.
    kid TEXT PRIMARY KEY,
    -- PKCS#8, sealed under ISP_SECRET_KEY.
    private_key TEXT NOT NULL,
    -- The Ed25519 point in base64url, as in the JWK.
    public_key TEXT NOT NULL,
    created_at TEXT NOT NULL,
    -- Signs from here on; published before.
    active_from TEXT NOT NULL,
    -- Verifies until here; set when a younger key signs.
    expires_at TEXT
);

-- Jobs and imports ---------------------------------------------------------

-- Which client started it, and which records its owner could see then: {"partners": [1], "locations": null}, null
-- being every one. Without a scope only those may see the row who see everything.
ALTER TABLE jobs ADD COLUMN created_by_client_id BIGINT REFERENCES oauth_clients (id);
ALTER TABLE jobs ADD COLUMN scope TEXT;
ALTER TABLE imports ADD COLUMN created_by_client_id BIGINT REFERENCES oauth_clients (id);
ALTER TABLE imports ADD COLUMN scope TEXT;
