-- Creating a customer takes fewer statements: the head of the audit chain and the kept counts follow by
-- themselves, portal ids draw from the same table as logins.

CREATE FUNCTION move_audit_head() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    UPDATE audit_head SET (entry_id, hash) = (SELECT id, hash FROM added ORDER BY id DESC LIMIT 1) WHERE id = 1;
    RETURN NULL;
END $$;
CREATE TRIGGER audit_entries_move_head AFTER INSERT ON audit_entries
REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION move_audit_head();

-- Once for each statement, however many rows it writes.
CREATE FUNCTION count_added_customers() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO customer_counts (partner_id, location_id, status, total)
    SELECT partner_id, location_id, status, COUNT(*) FROM added WHERE deleted_at IS NULL
    GROUP BY partner_id, location_id, status
    ON CONFLICT (partner_id, location_id, status) DO UPDATE SET total = customer_counts.total + excluded.total;
    RETURN NULL;
END $$;
CREATE TRIGGER customers_count_insert AFTER INSERT ON customers
REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION count_added_customers();

CREATE FUNCTION count_changed_customers() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO customer_counts (partner_id, location_id, status, total)
    SELECT partner_id, location_id, status, SUM(change) FROM (
        SELECT partner_id, location_id, status, -1 AS change FROM before WHERE deleted_at IS NULL
        UNION ALL SELECT partner_id, location_id, status, 1 FROM after WHERE deleted_at IS NULL
    ) AS changes GROUP BY partner_id, location_id, status HAVING SUM(change) <> 0
    ON CONFLICT (partner_id, location_id, status) DO UPDATE SET total = customer_counts.total + excluded.total;
    RETURN NULL;
END $$;
CREATE TRIGGER customers_count_update AFTER UPDATE ON customers
REFERENCING OLD TABLE AS before NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION count_changed_customers();

INSERT INTO login_bases (base, used) SELECT '#', CASE WHEN is_called THEN last_value ELSE 0 END FROM portal_id_numbers;
DROP SEQUENCE portal_id_numbers;
