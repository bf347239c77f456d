pg_catalog.json_build_object(
    'id', d.id, 'role', d.role, 'machine', d.owner_machine, 'host', d.owner_host, 'pid', d.owner_pid,
    'state_directory', d.owner_state_directory, 'labels', d.labels, 'version', d.version, 'doing', d.doing,
    'started', (EXTRACT(epoch FROM d.started_at) * 1000000)::bigint, 'epoch', d.epoch,
    'seen', (EXTRACT(epoch FROM d.seen_at) * 1000000)::bigint,
    'state', CASE WHEN d.left_at IS NOT NULL THEN 'stopped'
        WHEN d.fenced_at IS NULL AND d.lease_until > pg_catalog.clock_timestamp() THEN 'alive' ELSE 'silent' END)
