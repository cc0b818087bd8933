-- The customer record: managed partners and locations, contacts, addresses, custom fields, status, hierarchy, labels.

-- Partners and locations ------------------------------------------------

ALTER TABLE partners ADD COLUMN name_key TEXT NOT NULL DEFAULT '';
ALTER TABLE partners ADD COLUMN description TEXT;
-- New customers belong here unless they say otherwise.
ALTER TABLE partners ADD COLUMN is_default BOOLEAN NOT NULL DEFAULT FALSE;
-- Only active ones take new customers.
ALTER TABLE partners ADD COLUMN is_active BOOLEAN NOT NULL DEFAULT TRUE;
ALTER TABLE partners ADD COLUMN version BIGINT NOT NULL DEFAULT 1;
ALTER TABLE partners ADD COLUMN created_by TEXT NOT NULL DEFAULT 'system';
ALTER TABLE partners ADD COLUMN updated_at TEXT NOT NULL DEFAULT '2026-01-01T00:00:00+00:00';
ALTER TABLE partners ADD COLUMN updated_by TEXT NOT NULL DEFAULT 'system';
UPDATE partners SET name_key = LOWER(name), is_default = (id = (SELECT MIN(id) FROM partners));
CREATE UNIQUE INDEX partners_name_key_key ON partners (name_key);
CREATE UNIQUE INDEX partners_is_default_key ON partners (is_default) WHERE is_default;

ALTER TABLE locations ADD COLUMN name_key TEXT NOT NULL DEFAULT '';
ALTER TABLE locations ADD COLUMN description TEXT;
-- New customers belong here unless they say otherwise.
ALTER TABLE locations ADD COLUMN is_default BOOLEAN NOT NULL DEFAULT FALSE;
-- Only active ones take new customers.
ALTER TABLE locations ADD COLUMN is_active BOOLEAN NOT NULL DEFAULT TRUE;
ALTER TABLE locations ADD COLUMN version BIGINT NOT NULL DEFAULT 1;
ALTER TABLE locations ADD COLUMN created_by TEXT NOT NULL DEFAULT 'system';
ALTER TABLE locations ADD COLUMN updated_at TEXT NOT NULL DEFAULT '2026-01-01T00:00:00+00:00';
ALTER TABLE locations ADD COLUMN updated_by TEXT NOT NULL DEFAULT 'system';
UPDATE locations SET name_key = LOWER(name), is_default = (id = (SELECT MIN(id) FROM locations));
CREATE UNIQUE INDEX locations_name_key_key ON locations (name_key);
CREATE UNIQUE INDEX locations_is_default_key ON locations (is_default) WHERE is_default;


-- Contacts and addresses ------------------------------------------------

CREATE TABLE contacts (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    customer_id BIGINT NOT NULL REFERENCES customers (id),
    kind TEXT NOT NULL CHECK (kind IN ('primary', 'billing', 'technical', 'emergency', 'legal', 'other')),
    name TEXT NOT NULL,
    email TEXT,
    phone TEXT,
    phone_e164 TEXT,
    mobile TEXT,
    mobile_e164 TEXT,
    position TEXT,
    department TEXT,
    notes TEXT,
    -- Words separated by spaces: billing technical outage marketing.
    notices TEXT NOT NULL,
    portal_role TEXT NOT NULL CHECK (portal_role IN ('none', 'view', 'billing', 'owner')),
    version BIGINT NOT NULL,
    created_at TEXT NOT NULL,
    created_by TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    updated_by TEXT NOT NULL
);
CREATE INDEX contacts_customer_id_idx ON contacts (customer_id, id);
CREATE UNIQUE INDEX contacts_customer_id_key ON contacts (customer_id) WHERE kind = 'primary';

CREATE TABLE addresses (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    customer_id BIGINT NOT NULL REFERENCES customers (id),
    kind TEXT NOT NULL CHECK (kind IN ('service', 'billing', 'postal')),
    line1 TEXT NOT NULL,
    line2 TEXT,
    city TEXT NOT NULL,
    state TEXT,
    postal_code TEXT,
    country TEXT NOT NULL,
    -- Millionths of a degree.
    latitude BIGINT,
    longitude BIGINT,
    version BIGINT NOT NULL,
    created_at TEXT NOT NULL,
    created_by TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    updated_by TEXT NOT NULL
);
CREATE INDEX addresses_customer_id_idx ON addresses (customer_id, id);

-- Custom fields ---------------------------------------------------------

CREATE TABLE custom_fields (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    key TEXT NOT NULL,
    title TEXT NOT NULL,
    kind TEXT NOT NULL,
    hint TEXT,
    -- Only for this category; NULL is both.
    category TEXT CHECK (category IN ('person', 'company')),
    is_required BOOLEAN NOT NULL,
    is_unique BOOLEAN NOT NULL,
    -- The least and greatest value, or length of a text, as people write them.
    minimum TEXT,
    maximum TEXT,
    pattern TEXT,
    -- JSON array of the values of a select.
    options TEXT NOT NULL,
    is_searchable BOOLEAN NOT NULL,
    is_listed BOOLEAN NOT NULL,
    portal TEXT NOT NULL CHECK (portal IN ('none', 'view', 'edit')),
    position BIGINT NOT NULL,
    version BIGINT NOT NULL,
    created_at TEXT NOT NULL,
    created_by TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    updated_by TEXT NOT NULL,
    archived_at TEXT,
    CONSTRAINT custom_fields_key_key UNIQUE (key)
);

-- The values as filters look for them; the record itself holds them too, in customers.custom_fields.
CREATE TABLE custom_field_values (
    customer_id BIGINT NOT NULL REFERENCES customers (id),
    field_id BIGINT NOT NULL REFERENCES custom_fields (id),
    -- From 0; only a multi-select has several.
    place BIGINT NOT NULL,
    -- Sorts and compares as the value does.
    sort_key TEXT NOT NULL,
    -- The same while the field is unique, else NULL.
    unique_key TEXT,
    CONSTRAINT custom_field_values_pkey PRIMARY KEY (customer_id, field_id, place)
);
CREATE INDEX custom_field_values_sort_key_idx ON custom_field_values (field_id, sort_key, customer_id);
CREATE UNIQUE INDEX custom_field_values_field_id_unique_key_key ON custom_field_values (field_id, unique_key) WHERE unique_key IS NOT NULL;

ALTER TABLE customers ADD COLUMN custom_fields TEXT NOT NULL DEFAULT '{}';
-- What contacts and addresses add to search_text.
ALTER TABLE customers ADD COLUMN search_more TEXT NOT NULL DEFAULT '';

-- Status ----------------------------------------------------------------

CREATE TABLE customer_holds (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    customer_id BIGINT NOT NULL REFERENCES customers (id),
    reason TEXT NOT NULL CHECK (reason IN (
        'non_payment', 'parent_non_payment', 'customer_request', 'abuse', 'fraud', 'technical', 'admin'
    )),
    note TEXT,
    resume_on TEXT,
    -- The beginning of that day where the customer is.
    resume_at TEXT,
    opened_at TEXT NOT NULL,
    opened_by TEXT NOT NULL,
    closed_at TEXT,
    closed_by TEXT,
    closing_note TEXT
);
CREATE INDEX customer_holds_customer_id_idx ON customer_holds (customer_id, id);
CREATE UNIQUE INDEX customer_holds_customer_id_reason_key ON customer_holds (customer_id, reason) WHERE closed_at IS NULL;
CREATE INDEX customer_holds_reason_idx ON customer_holds (reason, customer_id) WHERE closed_at IS NULL;
CREATE INDEX customer_holds_resume_at_idx ON customer_holds (resume_at) WHERE closed_at IS NULL AND resume_at IS NOT NULL;

CREATE TABLE customer_status_changes (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    customer_id BIGINT NOT NULL REFERENCES customers (id),
    from_status TEXT NOT NULL,
    to_status TEXT NOT NULL,
    reason TEXT,
    note TEXT,
    at TEXT NOT NULL,
    by_name TEXT NOT NULL
);
CREATE INDEX customer_status_changes_customer_id_idx ON customer_status_changes (customer_id, id);

CREATE TABLE scheduled_status_changes (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    customer_id BIGINT NOT NULL REFERENCES customers (id),
    -- The change as it was asked for.
    change TEXT NOT NULL,
    to_status TEXT NOT NULL,
    -- Where the customer stood when it was asked for: its status and the ids of the open holds.
    from_status TEXT NOT NULL,
    open_holds TEXT NOT NULL,
    -- What whoever asked for it may do and see: names of permissions, JSON arrays of ids; NULL is every one.
    permissions TEXT NOT NULL,
    scope_partners TEXT,
    scope_locations TEXT,
    effective_on TEXT NOT NULL,
    -- The beginning of that day where the customer is.
    due_at TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('pending', 'done', 'cancelled', 'failed')),
    -- Why it failed.
    outcome TEXT,
    created_at TEXT NOT NULL,
    created_by TEXT NOT NULL,
    finished_at TEXT,
    finished_by TEXT
);
CREATE INDEX scheduled_status_changes_customer_id_idx ON scheduled_status_changes (customer_id, id);
CREATE UNIQUE INDEX scheduled_status_changes_customer_id_key ON scheduled_status_changes (customer_id) WHERE state = 'pending';
CREATE INDEX scheduled_status_changes_due_at_idx ON scheduled_status_changes (due_at) WHERE state = 'pending';

-- Hierarchy -------------------------------------------------------------

ALTER TABLE customers ADD COLUMN parent_id BIGINT REFERENCES customers (id);
ALTER TABLE customers ADD COLUMN billing_mode TEXT NOT NULL DEFAULT 'independent'
    CHECK (billing_mode IN ('independent', 'consolidated'));
CREATE INDEX customers_parent_id_idx ON customers (parent_id, sort_name, id) WHERE parent_id IS NOT NULL;

-- Customers with live children. Levels are kept here and not with every customer: a subtree moves by changing
-- the few that have children, however many leaves hang on them.
CREATE TABLE customer_branches (
    customer_id BIGINT PRIMARY KEY REFERENCES customers (id),
    -- The parent of the branch itself.
    parent_id BIGINT,
    -- The account level of the branch itself; its children are one deeper.
    level BIGINT NOT NULL,
    sort_name TEXT NOT NULL
);
CREATE INDEX customer_branches_parent_id_idx ON customer_branches (parent_id, sort_name, customer_id);
CREATE INDEX customer_branches_level_idx ON customer_branches (level, customer_id);

-- How many live children and descendants a branch has, by what a scope can tell apart.
CREATE TABLE branch_counts (
    customer_id BIGINT NOT NULL REFERENCES customers (id),
    partner_id BIGINT NOT NULL REFERENCES partners (id),
    location_id BIGINT NOT NULL REFERENCES locations (id),
    children BIGINT NOT NULL,
    descendants BIGINT NOT NULL,
    CONSTRAINT branch_counts_pkey PRIMARY KEY (customer_id, partner_id, location_id)
);

-- Labels ----------------------------------------------------------------

CREATE TABLE label_categories (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    name_key TEXT NOT NULL,
    parent_id BIGINT REFERENCES label_categories (id),
    version BIGINT NOT NULL,
    created_at TEXT NOT NULL,
    created_by TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    updated_by TEXT NOT NULL,
    CONSTRAINT label_categories_name_key_key UNIQUE (name_key)
);
CREATE INDEX label_categories_parent_id_idx ON label_categories (parent_id);

CREATE TABLE labels (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    category_id BIGINT REFERENCES label_categories (id),
    name TEXT NOT NULL,
    -- The name folded: unique ignoring case and accents.
    name_key TEXT NOT NULL,
    display_name TEXT,
    description TEXT,
    -- `#RRGGBB`
    colour TEXT NOT NULL,
    -- Highest first.
    priority BIGINT NOT NULL,
    is_system BOOLEAN NOT NULL,
    is_active BOOLEAN NOT NULL,
    version BIGINT NOT NULL,
    created_at TEXT NOT NULL,
    created_by TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    updated_by TEXT NOT NULL,
    -- A label that was ever used stays behind for the history.
    deleted_at TEXT
);
CREATE UNIQUE INDEX labels_name_key_key ON labels (name_key) WHERE deleted_at IS NULL;
CREATE INDEX labels_category_id_idx ON labels (category_id);

CREATE TABLE customer_labels (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    customer_id BIGINT NOT NULL REFERENCES customers (id),
    label_id BIGINT NOT NULL REFERENCES labels (id),
    notes TEXT,
    expires_at TEXT,
    assigned_at TEXT NOT NULL,
    assigned_by TEXT NOT NULL,
    removed_at TEXT,
    removed_by TEXT,
    removal_reason TEXT
);
CREATE UNIQUE INDEX customer_labels_customer_id_label_id_key ON customer_labels (customer_id, label_id) WHERE removed_at IS NULL;
CREATE INDEX customer_labels_label_id_idx ON customer_labels (label_id, customer_id) WHERE removed_at IS NULL;
CREATE INDEX customer_labels_customer_id_idx ON customer_labels (customer_id, id);
CREATE INDEX customer_labels_expires_at_idx ON customer_labels (expires_at) WHERE removed_at IS NULL AND expires_at IS NOT NULL;

-- How many live customers wear a label, by what facets tell apart.
CREATE TABLE label_counts (
    label_id BIGINT NOT NULL REFERENCES labels (id),
    partner_id BIGINT NOT NULL REFERENCES partners (id),
    location_id BIGINT NOT NULL REFERENCES locations (id),
    status TEXT NOT NULL,
    category TEXT NOT NULL,
    total BIGINT NOT NULL,
    CONSTRAINT label_counts_pkey PRIMARY KEY (label_id, partner_id, location_id, status, category)
);

-- Kept counts by category as well ---------------------------------------

DROP TRIGGER customers_count_insert;
DROP TRIGGER customers_count_update;
DROP TABLE customer_counts;
CREATE TABLE customer_counts (
    partner_id BIGINT NOT NULL REFERENCES partners (id),
    location_id BIGINT NOT NULL REFERENCES locations (id),
    status TEXT NOT NULL,
    category TEXT NOT NULL,
    total BIGINT NOT NULL,
    CONSTRAINT customer_counts_pkey PRIMARY KEY (partner_id, location_id, status, category)
);
INSERT INTO customer_counts (partner_id, location_id, status, category, total)
SELECT partner_id, location_id, status, category, COUNT(*) FROM customers WHERE deleted_at IS NULL
GROUP BY partner_id, location_id, status, category;

CREATE TRIGGER customers_count_insert AFTER INSERT ON customers WHEN new.deleted_at IS NULL BEGIN
    INSERT INTO customer_counts (partner_id, location_id, status, category, total)
    VALUES (new.partner_id, new.location_id, new.status, new.category, 1)
    ON CONFLICT (partner_id, location_id, status, category) DO UPDATE SET total = total + 1;
END;
CREATE TRIGGER customers_count_update AFTER UPDATE OF partner_id, location_id, status, category, deleted_at ON customers
WHEN (old.partner_id, old.location_id, old.status, old.category, old.deleted_at IS NULL)
    <> (new.partner_id, new.location_id, new.status, new.category, new.deleted_at IS NULL) BEGIN
    UPDATE customer_counts SET total = total - 1
    WHERE old.deleted_at IS NULL AND partner_id = old.partner_id AND location_id = old.location_id
        AND status = old.status AND category = old.category;
    INSERT INTO customer_counts (partner_id, location_id, status, category, total)
    SELECT new.partner_id, new.location_id, new.status, new.category, 1 WHERE new.deleted_at IS NULL
    ON CONFLICT (partner_id, location_id, status, category) DO UPDATE SET total = total + 1;
    UPDATE label_counts SET total = total - 1
    WHERE old.deleted_at IS NULL AND partner_id = old.partner_id AND location_id = old.location_id
        AND status = old.status AND category = old.category
        AND label_id IN (SELECT label_id FROM customer_labels WHERE customer_id = old.id AND removed_at IS NULL);
    INSERT INTO label_counts (label_id, partner_id, location_id, status, category, total)
    SELECT label_id, new.partner_id, new.location_id, new.status, new.category, 1 FROM customer_labels
    WHERE customer_id = new.id AND removed_at IS NULL AND new.deleted_at IS NULL
    ON CONFLICT (label_id, partner_id, location_id, status, category) DO UPDATE SET total = total + 1;
END;
CREATE TRIGGER customer_labels_count_insert AFTER INSERT ON customer_labels WHEN new.removed_at IS NULL BEGIN
    INSERT INTO label_counts (label_id, partner_id, location_id, status, category, total)
    SELECT new.label_id, partner_id, location_id, status, category, 1 FROM customers
    WHERE id = new.customer_id AND deleted_at IS NULL
    ON CONFLICT (label_id, partner_id, location_id, status, category) DO UPDATE SET total = total + 1;
END;
CREATE TRIGGER customer_labels_count_remove AFTER UPDATE OF removed_at ON customer_labels
WHEN old.removed_at IS NULL AND new.removed_at IS NOT NULL BEGIN
    UPDATE label_counts SET total = total - 1
    WHERE label_id = old.label_id AND (partner_id, location_id, status, category) = (
        SELECT partner_id, location_id, status, category FROM customers
        WHERE id = old.customer_id AND deleted_at IS NULL
    );
END;
