namespace EventHistory.Core.Celery;

/// <summary>Why a message, or a part of it, could not be read. A sentence for <c>rejected_message.reason</c>.</summary>
public sealed record Rejection(string Reason);
