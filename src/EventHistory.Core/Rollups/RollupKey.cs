namespace EventHistory.Core.Rollups;

/// <summary>Which finished tasks a rollup counts: those of one minute or hour, and of one name, worker, queue or failure group.</summary>
/// <param name="At">When its minute or hour began, UTC.</param>
/// <param name="LabelId">Number of the name, worker, queue or failure group in <c>eventhistory.label</c>; 0 for <see cref="RollupDimension.All"/>.</param>
/// <param name="NameId">Of <see cref="RollupDimension.Failure"/>: number of the task's name, 0 if that is unknown. Of the others 0.</param>
public readonly record struct RollupKey(RollupResolution Resolution, DateTime At, RollupDimension Dimension, int LabelId, int NameId = 0)
{
    public override int GetHashCode() => HashCode.Combine(At.Ticks, LabelId, NameId, ((int)Dimension << 1) | (int)Resolution);
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
    Failure,
}
