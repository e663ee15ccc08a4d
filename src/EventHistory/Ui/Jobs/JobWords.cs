using EventHistory.Core.Jobs;

namespace EventHistory.Ui.Jobs;

/// <summary>What a run did, in a few words.</summary>
internal static class JobWords
{
    public static string Did(JobRunView run)
    {
        if (run.Outcome is null && run.Step is { } step)
            return $"{step}{(run.Done is { } done ? $": {Show.Count(done)}{(run.Total is > 0 and var total ? $" of {Show.Count(total)}" : "")}" : "")}";
        var counts = (run.Counts ?? new Dictionary<string, long>()).Where(c => c.Value != 0)
            .Select(c => $"{(c.Key == "bytes" ? Show.Bytes(c.Value) : Show.Count(c.Value))} {(c.Key == "bytes" ? "" : c.Key.Replace('_', ' '))}".TrimEnd());
        return string.Join(", ", run.BytesFreed is > 0 and var freed ? counts.Append($"{Show.Bytes(freed)} freed") : counts);
    }
}
