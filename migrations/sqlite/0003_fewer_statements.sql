-- Creating a customer takes fewer statements: the head of the audit chain and the kept counts follow by
-- themselves, portal ids draw from the same table as logins, the search index merges in larger steps.

CREATE TRIGGER audit_entries_move_head AFTER INSERT ON audit_entries
BEGIN UPDATE audit_head SET entry_id = new.id, hash = new.hash WHERE id = 1; END;

CREATE TRIGGER customers_count_insert AFTER INSERT ON customers WHEN new.deleted_at IS NULL BEGIN
    INSERT INTO customer_counts (partner_id, location_id, status, total)
    VALUES (new.partner_id, new.location_id, new.status, 1)
    ON CONFLICT (partner_id, location_id, status) DO UPDATE SET total = total + 1;
END;
CREATE TRIGGER customers_count_update AFTER UPDATE OF partner_id, location_id, status, deleted_at ON customers
WHEN (old.partner_id, old.location_id, old.status, old.deleted_at IS NULL)
    <> (new.partner_id, new.location_id, new.status, new.deleted_at IS NULL) BEGIN
    UPDATE customer_counts SET total = total - 1
    WHERE old.deleted_at IS NULL
        AND partner_id = old.partner_id AND location_id = old.location_id AND status = old.status;
    INSERT INTO customer_counts (partner_id, location_id, status, total)
    SELECT new.partner_id, new.location_id, new.status, 1 WHERE new.deleted_at IS NULL
    ON CONFLICT (partner_id, location_id, status) DO UPDATE SET total = total + 1;
END;

INSERT INTO login_bases (base, used) SELECT '#', value FROM sequences;
DROP TABLE sequences;

INSERT INTO customers_fts (customers_fts, rank) VALUES ('automerge', 16);
