using EventHistory.Core.Rollups;
using EventHistory.Core.Statistics;
using Npgsql;
using NpgsqlTypes;

namespace EventHistory.Queries;

/// <summary>Which rows of <c>rollup</c> a question reads: of one dimension, perhaps of some labels only, over a range.</summary>
/// <param name="Labels">Null: all of them.</param>
internal sealed record RollupRange(IReadOnlyList<RollupSpan> Spans, RollupDimension Dimension, int[]? Labels)
{
    public DateTime From => Spans[0].From;

    public DateTime To => Spans[^1].To;

    public static async Task<RollupRange> Of(NpgsqlConnection connection, RollupSelection selection, DateTime from, DateTime to, TimeSpan? bucket, CancellationToken ct) => new(
        RollupSpan.Cover(from, to, minutes: bucket < TimeSpan.FromHours(1)), selection.Dimension,
        selection.Only is { } only ? (await FilterLabels.Find(only, connection, ct)).Numbers(only) : null);

    /// <summary><c>$1</c> to <c>$3</c>: the spans; <c>$4</c>: the dimension; <c>$5</c>: the labels.</summary>
    public void AddTo(NpgsqlParameterCollection parameters)
    {
        parameters.Add(new() { Value = Spans.Select(s => s.Resolution.Text()).ToArray() });
        parameters.Add(new() { Value = Spans.Select(s => s.From).ToArray() });
        parameters.Add(new() { Value = Spans.Select(s => s.To).ToArray() });
        parameters.Add(new() { Value = Dimension.Text() });
        parameters.Add(new() { Value = (object?)Labels ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Integer });
    }
}
