-- The foundation: numbers, settings, staff and their sign-in, audit, jobs, customers, imports.

CREATE TABLE sequences (
    name TEXT PRIMARY KEY,
    value BIGINT NOT NULL
);
INSERT INTO sequences (name, value) VALUES ('portal_id_numbers', 0);

CREATE TABLE settings (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    updated_by TEXT NOT NULL
);

CREATE TABLE partners (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    portal_id_prefix TEXT NOT NULL DEFAULT '',
    created_at TEXT NOT NULL,
    CONSTRAINT partners_name_key UNIQUE (name)
);
INSERT INTO partners (name, portal_id_prefix, created_at) VALUES ('Main', 'C', '2026-01-01T00:00:00+00:00');

CREATE TABLE locations (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    created_at TEXT NOT NULL,
    CONSTRAINT locations_name_key UNIQUE (name)
);
INSERT INTO locations (name, created_at) VALUES ('Main', '2026-01-01T00:00:00+00:00');

-- Staff -----------------------------------------------------------------

CREATE TABLE roles (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    key TEXT NOT NULL,
    name TEXT NOT NULL,
    parent_id BIGINT REFERENCES roles (id),
    -- Effective permissions, names separated by spaces; '*' is every permission there is.
    permissions TEXT NOT NULL,
    is_system BOOLEAN NOT NULL,
    CONSTRAINT roles_key_key UNIQUE (key)
);

CREATE TABLE staff (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    username TEXT NOT NULL,
    email TEXT NOT NULL,
    -- The address folded to lower case: unique ignoring case.
    email_key TEXT NOT NULL,
    full_name TEXT NOT NULL,
    password_hash TEXT,
    role_id BIGINT NOT NULL REFERENCES roles (id),
    -- JSON arrays of ids; NULL is every partner or location.
    scope_partners TEXT,
    scope_locations TEXT,
    locale TEXT NOT NULL,
    timezone TEXT NOT NULL,
    is_active BOOLEAN NOT NULL,
    last_sign_in_at TEXT,
    version BIGINT NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    CONSTRAINT staff_username_key UNIQUE (username),
    CONSTRAINT staff_email_key_key UNIQUE (email_key)
);
CREATE INDEX staff_role_id_idx ON staff (role_id);

CREATE TABLE one_time_links (
    token_hash TEXT PRIMARY KEY,
    purpose TEXT NOT NULL CHECK (purpose IN ('set_up', 'invitation', 'password_reset')),
    staff_id BIGINT REFERENCES staff (id),
    created_at TEXT NOT NULL,
    expires_at TEXT NOT NULL
);
CREATE INDEX one_time_links_staff_id_idx ON one_time_links (staff_id);

CREATE TABLE sessions (
    id_hash TEXT PRIMARY KEY,
    staff_id BIGINT REFERENCES staff (id),
    data TEXT NOT NULL,
    address TEXT,
    user_agent TEXT,
    created_at TEXT NOT NULL,
    last_used_at TEXT NOT NULL,
    expires_at TEXT NOT NULL
);
CREATE INDEX sessions_staff_id_idx ON sessions (staff_id);
CREATE INDEX sessions_expires_at_idx ON sessions (expires_at);

-- Failed tries per account and per address; survives a restart.
CREATE TABLE sign_in_throttles (
    kind TEXT NOT NULL CHECK (kind IN ('account', 'address')),
    key TEXT NOT NULL,
    failures BIGINT NOT NULL,
    window_started_at TEXT NOT NULL,
    locked_until TEXT,
    CONSTRAINT sign_in_throttles_pkey PRIMARY KEY (kind, key)
);

CREATE TABLE authentication_events (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at TEXT NOT NULL,
    event TEXT NOT NULL,
    staff_id BIGINT,
    subject TEXT NOT NULL,
    address TEXT,
    user_agent TEXT,
    request_id TEXT
);
CREATE INDEX authentication_events_staff_id_idx ON authentication_events (staff_id, id);

-- Audit -----------------------------------------------------------------

CREATE TABLE audit_entries (
    -- Consecutive: a missing number is a missing entry.
    id BIGINT PRIMARY KEY,
    at TEXT NOT NULL,
    actor_kind TEXT NOT NULL,
    actor_id BIGINT,
    actor_name TEXT NOT NULL,
    address TEXT,
    request_id TEXT,
    action TEXT NOT NULL,
    entity TEXT NOT NULL,
    entity_id BIGINT,
    -- JSON text exactly as it was hashed: [{"field", "before", "after"}].
    changes TEXT NOT NULL,
    reason TEXT,
    previous_hash TEXT NOT NULL,
    hash TEXT NOT NULL
);
CREATE INDEX audit_entries_entity_idx ON audit_entries (entity, entity_id, id);

CREATE TABLE audit_head (
    id BIGINT PRIMARY KEY CHECK (id = 1),
    entry_id BIGINT NOT NULL,
    hash TEXT NOT NULL
);
INSERT INTO audit_head (id, entry_id, hash) VALUES (1, 0, '');

CREATE TRIGGER audit_entries_no_update BEFORE UPDATE ON audit_entries
BEGIN SELECT RAISE(ABORT, 'audit entries are append-only'); END;
CREATE TRIGGER audit_entries_no_delete BEFORE DELETE ON audit_entries
BEGIN SELECT RAISE(ABORT, 'audit entries are append-only'); END;

-- Jobs ------------------------------------------------------------------

CREATE TABLE jobs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    title TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('queued', 'running', 'done', 'failed', 'cancelled')),
    payload TEXT NOT NULL,
    result TEXT,
    error TEXT,
    done BIGINT NOT NULL,
    total BIGINT NOT NULL,
    cancel_requested BOOLEAN NOT NULL,
    -- The process that runs it and when it last said so: a silent one has lost it.
    worker TEXT,
    heartbeat_at TEXT,
    attempts BIGINT NOT NULL,
    created_by TEXT NOT NULL,
    created_by_staff_id BIGINT REFERENCES staff (id),
    created_at TEXT NOT NULL,
    started_at TEXT,
    finished_at TEXT
);
CREATE INDEX jobs_state_idx ON jobs (state, id);

-- Customers -------------------------------------------------------------

CREATE TABLE customers (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    partner_id BIGINT NOT NULL REFERENCES partners (id),
    location_id BIGINT NOT NULL REFERENCES locations (id),
    portal_id TEXT NOT NULL,
    login TEXT NOT NULL,
    category TEXT NOT NULL CHECK (category IN ('person', 'company')),
    name TEXT NOT NULL,
    first_name TEXT,
    last_name TEXT,
    company_name TEXT,
    registration_number TEXT,
    tax_id TEXT,
    email TEXT,
    billing_email TEXT,
    phone TEXT,
    phone_e164 TEXT,
    mobile TEXT,
    mobile_e164 TEXT,
    status TEXT NOT NULL CHECK (status IN ('new', 'active', 'suspended', 'inactive', 'terminated')),
    status_since TEXT NOT NULL,
    city TEXT,
    country TEXT,
    date_of_birth TEXT,
    customer_since TEXT,
    language TEXT NOT NULL,
    timezone TEXT NOT NULL,
    currency TEXT NOT NULL,
    communication_method TEXT NOT NULL CHECK (communication_method IN ('email', 'sms', 'phone', 'post', 'portal')),
    marketing_consent BOOLEAN NOT NULL,
    marketing_consent_at TEXT,
    marketing_consent_source TEXT,
    source TEXT,
    external_id TEXT,
    was_active BOOLEAN NOT NULL,
    -- Written by Rust: the same order, comparison and search on both engines.
    sort_name TEXT NOT NULL,
    sort_city TEXT NOT NULL,
    name_key TEXT NOT NULL,
    email_key TEXT,
    -- The address while the policy is "unique", else NULL; so a race ends in a conflict.
    email_unique TEXT,
    search_text TEXT NOT NULL,
    version BIGINT NOT NULL,
    created_at TEXT NOT NULL,
    created_by TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    updated_by TEXT NOT NULL,
    deleted_at TEXT,
    deleted_by TEXT,
    CONSTRAINT customers_portal_id_key UNIQUE (portal_id),
    CONSTRAINT customers_login_key UNIQUE (login),
    CONSTRAINT customers_source_external_id_key UNIQUE (source, external_id)
);
CREATE UNIQUE INDEX customers_email_unique_key ON customers (email_unique) WHERE deleted_at IS NULL;
CREATE INDEX customers_email_key_idx ON customers (email_key) WHERE email_key IS NOT NULL;
CREATE INDEX customers_phone_e164_idx ON customers (phone_e164) WHERE phone_e164 IS NOT NULL;
CREATE INDEX customers_mobile_e164_idx ON customers (mobile_e164) WHERE mobile_e164 IS NOT NULL;
CREATE INDEX customers_tax_id_idx ON customers (tax_id) WHERE tax_id IS NOT NULL;
CREATE INDEX customers_name_key_idx ON customers (name_key);
CREATE INDEX customers_sort_name_idx ON customers (sort_name, id) WHERE deleted_at IS NULL;
CREATE INDEX customers_sort_city_idx ON customers (sort_city, id) WHERE deleted_at IS NULL;
CREATE INDEX customers_status_idx ON customers (status, id) WHERE deleted_at IS NULL;
CREATE INDEX customers_status_since_idx ON customers (status_since, id) WHERE deleted_at IS NULL;
CREATE INDEX customers_country_idx ON customers (country, id) WHERE deleted_at IS NULL;
CREATE INDEX customers_created_at_idx ON customers (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX customers_updated_at_idx ON customers (updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX customers_partner_id_idx ON customers (partner_id, id) WHERE deleted_at IS NULL;
CREATE INDEX customers_location_id_idx ON customers (location_id, id) WHERE deleted_at IS NULL;
CREATE INDEX customers_deleted_at_idx ON customers (deleted_at, id) WHERE deleted_at IS NOT NULL;

-- Substrings of three or more characters of the search_text of live customers, kept by triggers.
CREATE VIRTUAL TABLE customers_fts USING fts5 (
    search_text, content = 'customers', content_rowid = 'id', tokenize = 'trigram case_sensitive 1'
);
-- The trigrams in use: shorter words are looked for through those that begin with them.
CREATE VIRTUAL TABLE customers_trigrams USING fts5vocab (customers_fts, row);
CREATE TRIGGER customers_fts_insert AFTER INSERT ON customers WHEN new.deleted_at IS NULL BEGIN
    INSERT INTO customers_fts (rowid, search_text) VALUES (new.id, new.search_text);
END;
CREATE TRIGGER customers_fts_delete AFTER DELETE ON customers WHEN old.deleted_at IS NULL BEGIN
    INSERT INTO customers_fts (customers_fts, rowid, search_text) VALUES ('delete', old.id, old.search_text);
END;
CREATE TRIGGER customers_fts_update AFTER UPDATE OF search_text, deleted_at ON customers
WHEN old.search_text <> new.search_text OR (old.deleted_at IS NULL) <> (new.deleted_at IS NULL) BEGIN
    INSERT INTO customers_fts (customers_fts, rowid, search_text)
    SELECT 'delete', old.id, old.search_text WHERE old.deleted_at IS NULL;
    INSERT INTO customers_fts (rowid, search_text) SELECT new.id, new.search_text WHERE new.deleted_at IS NULL;
END;

-- How many live customers there are, kept with every change.
CREATE TABLE customer_counts (
    partner_id BIGINT NOT NULL REFERENCES partners (id),
    location_id BIGINT NOT NULL REFERENCES locations (id),
    status TEXT NOT NULL,
    total BIGINT NOT NULL,
    CONSTRAINT customer_counts_pkey PRIMARY KEY (partner_id, location_id, status)
);

-- The next number to append to a login that is taken.
CREATE TABLE login_bases (
    base TEXT PRIMARY KEY,
    used BIGINT NOT NULL
);

-- Imports ---------------------------------------------------------------

CREATE TABLE import_mappings (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    mapping TEXT NOT NULL,
    created_by TEXT NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    CONSTRAINT import_mappings_name_key UNIQUE (name)
);

CREATE TABLE imports (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    file_name TEXT NOT NULL,
    content BLOB NOT NULL,
    sha256 TEXT NOT NULL,
    -- How the file is read and what its columns mean; NULL until it was mapped.
    mapping TEXT,
    -- The answer of the dry run; NULL until there was one.
    report TEXT,
    state TEXT NOT NULL CHECK (state IN ('uploaded', 'checked', 'committing', 'done', 'cancelled', 'failed')),
    job_id BIGINT REFERENCES jobs (id),
    -- Rows of the file that are dealt with; moves in the transaction that creates their customers.
    position BIGINT NOT NULL,
    created_count BIGINT NOT NULL,
    skipped_count BIGINT NOT NULL,
    rejected_count BIGINT NOT NULL,
    created_by TEXT NOT NULL,
    created_by_staff_id BIGINT REFERENCES staff (id),
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL
);
CREATE INDEX imports_job_id_idx ON imports (job_id);

CREATE TABLE import_rejections (
    import_id BIGINT NOT NULL REFERENCES imports (id) ON DELETE CASCADE,
    -- The line of the file where the row begins; the header is line 1.
    line BIGINT NOT NULL,
    -- [{"column", "field", "code", "message"}]
    reasons TEXT NOT NULL,
    CONSTRAINT import_rejections_pkey PRIMARY KEY (import_id, line)
);
