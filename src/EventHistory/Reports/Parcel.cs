using EventHistory.Core.Reports;

namespace EventHistory.Reports;

/// <summary>A report on its way to one target.</summary>
/// <param name="Id">The same for each attempt.</param>
/// <param name="Attempts">So many failed before.</param>
internal sealed record Parcel(Guid Id, DeliveryTarget Target, int Attempts, ParcelContent Content);

/// <summary>What was made, and of what.</summary>
/// <param name="Complete">Whether that time was recorded whole; null: it could not be told.</param>
internal sealed record ParcelContent(
    Guid Report, string Name, string Kind, string TimeZone, long Run, DateTime DueAt, DateTime From, DateTime To, bool? Complete, long Rows, IReadOnlyList<ParcelFile> Files);

internal sealed record ParcelFile(string Format, string Name, byte[] Content);

/// <summary>One way to deliver.</summary>
internal interface IDelivery
{
    /// <summary>One of <see cref="DeliveryTarget.Kinds"/>.</summary>
    string Kind { get; }

    /// <exception cref="DeliveryException">It did not arrive; the message says why in a sentence. Any other exception means the same.</exception>
    Task Send(Parcel parcel, CancellationToken ct);
}

/// <summary>Why something did not arrive, as a sentence.</summary>
internal sealed class DeliveryException(string sentence) : Exception(sentence);
