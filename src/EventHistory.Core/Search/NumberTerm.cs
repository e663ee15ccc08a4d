namespace EventHistory.Core.Search;

/// <summary>What numbers are compared with; all but the first are durations, in seconds.</summary>
public enum NumberField
{
    Retries,
    /// <summary>As the worker measured it.</summary>
    Runtime,
    /// <summary>From sent to started: the two below, as far as they are known.</summary>
    Wait,
    QueueWait,
    WorkerWait,
}

/// <summary>A number lies within bounds.</summary>
public sealed record NumberTerm(NumberField Field, NumberRange Range) : Filter;

/// <param name="Low">Null: none. So with <paramref name="High"/>; one of them is there.</param>
/// <param name="IsLowIncluded">Whether the bound itself is meant, too.</param>
/// <param name="High">At least <paramref name="Low"/>.</param>
public readonly record struct NumberRange(decimal? Low, bool IsLowIncluded, decimal? High, bool IsHighIncluded)
{
    public static NumberRange Exactly(decimal number) => new(number, true, number, true);

    public static NumberRange From(decimal low, bool included) => new(low, included, null, false);

    public static NumberRange UpTo(decimal high, bool included) => new(null, false, high, included);

    public static NumberRange Between(decimal low, decimal high) => new(low, true, high, true);
}
