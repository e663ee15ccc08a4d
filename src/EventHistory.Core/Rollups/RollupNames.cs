namespace EventHistory.Core.Rollups;

/// <summary>What resolutions and dimensions are called in the table <c>rollup</c>.</summary>
public static class RollupNames
{
    public static string Text(this RollupResolution resolution) => resolution == RollupResolution.Minute ? "minute" : "hour";

    public static string Text(this RollupDimension dimension) => dimension switch
    {
        RollupDimension.All => "all",
        RollupDimension.Name => "name",
        RollupDimension.Worker => "worker",
        RollupDimension.Queue => "queue",
        _ => "failure",
    };
}
