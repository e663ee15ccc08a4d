using EventHistory.Core.Queries;
using EventHistory.Core.Search;

namespace EventHistory.Core.Erasure;

/// <summary>A request as it is sent: <c>{"ids": ["…"], "by": "ann", "why": "ticket 17"}</c>, or with <c>"q": "kwargs:user=42", "limit": 20</c> instead of ids.</summary>
public static class ErasureJson
{
    public const int MaxBytes = 5_000_000;
    private const int MaxId = 100_000;

    private static readonly string[] _known = ["ids", "q", "limit", "by", "why", "unfinished"];

    /// <param name="now">UTC; what <c>-7d</c> counts from.</param>
    public static Parsed<ErasureRequest> Parse(ReadOnlyMemory<byte> json, DateTime now) =>
        JsonMembers.Read(json, _known, "{\"ids\": [\"a task's id\"], \"by\": \"your name\", \"why\": \"for what reason\"}", members =>
        {
            var (request, problem) = ErasureRequest.Of(members.Texts("ids", ErasureRequest.MaxTasks, MaxId), members.Text("q", SearchQuery.MaxLength),
                members.Number("limit", 1, ErasureRequest.MaxTasks), members.Text("by", ErasureRequest.MaxBy), members.Text("why", ErasureRequest.MaxWhy),
                members.Flag("unfinished"), now);
            return request ?? members.Refuse<ErasureRequest>(problem!);
        });
}
