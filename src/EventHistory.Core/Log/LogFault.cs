namespace EventHistory.Core.Log;

/// <summary>The first thing in a log that is not as it was recorded.</summary>
/// <param name="Position">Of the first event concerned, as near as it can be told.</param>
/// <param name="Sentence">What is wrong there.</param>
public sealed record LogFault(long Position, string Sentence);

/// <summary>What a link of the chain is said to be, by somebody who knew it when it was the last one.</summary>
/// <param name="Position">Of the last event it covers.</param>
/// <param name="Who">Who says so, as it stands in a sentence: <c>the source</c>.</param>
public sealed record NotedHead(long Position, byte[] Chain, string Who);
