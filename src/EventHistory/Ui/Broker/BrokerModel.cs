using EventHistory.Core.Queries;
using EventHistory.Core.Statistics;

namespace EventHistory.Ui.Broker;

/// <summary>The broker's stream, and the queues that events tell of.</summary>
/// <param name="Connection">Null: another process records.</param>
/// <param name="QueuesFull">True when there are more open tasks than were counted.</param>
public sealed record BrokerModel(
    TimeRange Range, BrokerConnectionView? Connection, IReadOnlyList<BrokerView> Streams, IReadOnlyList<QueueRow> Queues, bool QueuesFull);

/// <summary>How this process records.</summary>
/// <param name="Address">Without the password.</param>
/// <param name="LagSeconds">How far recording is behind the broker; null: unknown.</param>
public sealed record BrokerConnectionView(
    string Address, bool IsUp, double? LagSeconds, string Source, string Stream, string Exchange, long MaxBytes, TimeSpan? MaxAge, int Window);

/// <param name="Over">What finished, over time.</param>
/// <param name="Wait">From sent to received, of what finished; null: nothing is known.</param>
public sealed record QueueRow(QueueView Now, long Finished, IReadOnlyList<long> Over, Distribution? Wait);
