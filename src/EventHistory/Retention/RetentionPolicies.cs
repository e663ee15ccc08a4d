using System.Text;
using EventHistory.Core.Retention;
using EventHistory.Settings;
using Npgsql;
using NpgsqlTypes;

namespace EventHistory.Retention;

/// <summary>The policy in force: the one that was set over the API, else that of the settings.</summary>
internal sealed class RetentionPolicies(NpgsqlDataSource database, EventHistorySettings settings)
{
    private const string StoredSql = "select p.policy::text, p.changed_at from eventhistory.retention_policy p";

    /// <returns>The policy, and when it was set; null: it is that of the settings.</returns>
    /// <exception cref="InvalidDataException">Somebody wrote one into the database that is none.</exception>
    public async Task<(RetentionPolicy Policy, DateTime? ChangedAt)> InForce(CancellationToken ct)
    {
        await using var command = database.CreateCommand(StoredSql);
        await using var row = await command.ExecuteReaderAsync(ct);
        if (!await row.ReadAsync(ct))
            return (settings.Retention.Policy(), null);
        var (policy, problem) = RetentionPolicyJson.Parse(Encoding.UTF8.GetBytes(row.GetString(0)));
        return (policy ?? throw new InvalidDataException($"The stored retention policy is none: {problem}"), row.GetDateTime(1));
    }

    private const string SetSql = """
        insert into eventhistory.retention_policy (policy, changed_at) values ($1, $2)
        on conflict (only_one) do update set policy = excluded.policy, changed_at = excluded.changed_at
        """;

    public async Task Set(RetentionPolicy policy, DateTime now, CancellationToken ct)
    {
        await using var command = database.CreateCommand(SetSql);
        command.Parameters.Add(new() { Value = RetentionPolicyJson.Write(policy), NpgsqlDbType = NpgsqlDbType.Jsonb });
        command.Parameters.Add(new() { Value = now });
        await command.ExecuteNonQueryAsync(ct);
    }
}
