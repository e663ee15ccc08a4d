namespace EventHistory.Core.Tasks;

/// <summary>The states Celery's monitors know, by their usual names. Any other upper-case word is an application's own.</summary>
public static class TaskStates
{
    public const string Pending = "PENDING";
    public const string Received = "RECEIVED";
    public const string Started = "STARTED";
    public const string Success = "SUCCESS";
    public const string Failure = "FAILURE";
    public const string Retry = "RETRY";
    public const string Revoked = "REVOKED";
    public const string Rejected = "REJECTED";
    /// <summary>To Celery's monitor this is a state like an application's own.</summary>
    public const string Cancelled = "CANCELLED";

    public static readonly IReadOnlyList<string> All = [Pending, Received, Started, Success, Failure, Retry, Revoked, Rejected];

    /// <summary>Nothing more is expected of a task in this state.</summary>
    public static bool IsFinal(string state) => state is Success or Failure or Revoked or Rejected;

    /// <summary><c>task-progress</c> → <c>PROGRESS</c>, cut at 100 characters: a state is indexed.</summary>
    public static string OfCustom(string type)
    {
        var subject = type["task-".Length..].ToUpperInvariant();
        return subject.Length <= 100 ? subject : subject[..(char.IsHighSurrogate(subject[98]) ? 98 : 99)] + "…";
    }
}
