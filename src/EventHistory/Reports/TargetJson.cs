using System.Text.Json;
using Npgsql;
using NpgsqlTypes;

namespace EventHistory.Reports;

/// <summary>Targets as they are stored.</summary>
internal static class TargetJson
{
    private static readonly JsonSerializerOptions _options = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public static NpgsqlParameter Parameter<T>(T targets) => new() { Value = JsonSerializer.Serialize(targets, _options), NpgsqlDbType = NpgsqlDbType.Jsonb };

    public static T Read<T>(string stored) => JsonSerializer.Deserialize<T>(stored, _options)!;
}
