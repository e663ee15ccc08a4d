namespace EventHistory.Core.Rollups;

/// <summary>Which finished tasks a rollup counts: those of one minute or hour, and of one name, worker or queue.</summary>
/// <param name="At">When its minute or hour began, UTC.</param>
/// <param name="LabelId">Number of the name, worker or queue in <c>eventhistory.label</c>; 0 for <see cref="RollupDimension.All"/>.</param>
public readonly record struct RollupKey(RollupResolution Resolution, DateTime At, RollupDimension Dimension, int LabelId)
{
    public override int GetHashCode() => HashCode.Combine(At.Ticks, LabelId, ((int)Dimension << 1) | (int)Resolution);
}

public enum RollupResolution
{
    Minute,
    Hour,
}

public enum RollupDimension
{
    All,
    Name,
    Worker,
    Queue,
}
