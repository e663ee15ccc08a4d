using System.Globalization;

namespace EventHistory.Store;

/// <summary>How the private PostgreSQL is set: safe first (every commit is on disk), then for few connections that write much, in modest memory.</summary>
internal static class PostgresConfiguration
{
    public static string Text(int port) => string.Create(CultureInfo.InvariantCulture, $"""
        # Written by EventHistory at every start: changes here do not last. To choose settings yourself, run your own PostgreSQL
        # and name it with --database.
        listen_addresses = '127.0.0.1'
        port = {port}
        unix_socket_directories = ''
        max_connections = 100
        fsync = on
        synchronous_commit = on
        full_page_writes = on
        shared_buffers = 256MB
        max_wal_size = 4GB
        min_wal_size = 256MB
        checkpoint_timeout = 15min
        wal_compression = lz4
        autovacuum_naptime = 15s
        default_toast_compression = lz4
        jit = off
        timezone = 'UTC'
        log_timezone = 'UTC'
        log_line_prefix = '%m [%p] '
        log_checkpoints = off

        """);
}
