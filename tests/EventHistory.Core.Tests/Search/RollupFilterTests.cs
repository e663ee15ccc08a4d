using EventHistory.Core.Rollups;
using EventHistory.Core.Search;

namespace EventHistory.Core.Tests.Search;

public sealed class RollupFilterTests
{
    private static readonly DateTime _now = Given.At("10:00:00");

    [Theory]
    [InlineData("", RollupDimension.All, false, true)]
    [InlineData("finished:2026-03-01..2026-03-31", RollupDimension.All, true, false)]
    [InlineData("finished:-30d", RollupDimension.All, true, false)]
    [InlineData("finished:>=2026-03-01T10:00:30Z", RollupDimension.All, false, false)]
    [InlineData("first_seen:-30d name:shop.*", RollupDimension.Name, false, true)]
    [InlineData("state:FAILURE,SUCCESS worker:=celery@w1 finished:2026-03", RollupDimension.Worker, true, false)]
    [InlineData("queue:=celery state:RETRY", RollupDimension.Queue, false, true)]
    public void Rollups_tell_about_finished_tasks_of_one_kind_of_label(string query, RollupDimension dimension, bool isExact, bool hasOpen)
    {
        var rollups = RollupFilter.Of(SearchQuery.Parse(query, _now).Value!);

        Assert.Equal((dimension, isExact, hasOpen), (rollups!.Dimension, rollups.IsExact, rollups.HasOpen));
    }

    [Theory]
    [InlineData("mail")]
    [InlineData("name:shop worker:celery")]
    [InlineData("name:shop name:mail")]
    [InlineData("-name:shop")]
    [InlineData("state:F*")]
    [InlineData("state:FAILURE OR state:RETRY")]
    [InlineData("started:-7d")]
    [InlineData("finished:-7d first_seen:-7d")]
    [InlineData("runtime:>1s")]
    public void They_do_not_tell_about_anything_else(string query) => Assert.Null(RollupFilter.Of(SearchQuery.Parse(query, _now).Value!));
}
