using EventHistory.Core.Celery;
using EventHistory.Core.Tasks;
using EventHistory.Ingest;

namespace EventHistory.Tests.Ingest;

public sealed class FoldCacheTests
{
    private readonly FoldCache _cache = new(capacity: 4);

    [Fact]
    public void What_is_touched_again_stays()
    {
        var kept = Add("kept");
        for (var i = 0; i < 10; i++)
        {
            Add($"other {i}");
            Assert.Same(kept, _cache.Find(kept.Id.Key));
            _cache.Trim();
        }
    }

    [Fact]
    public void What_is_not_is_forgotten()
    {
        var forgotten = Add("forgotten");
        for (var i = 0; i < 4; i++)
        {
            Add($"other {i}");
            _cache.Trim();
        }
        Assert.Null(_cache.Find(forgotten.Id.Key));
    }

    [Fact]
    public void Nothing_is_lost_before_a_trim()
    {
        var folds = Enumerable.Range(0, 100).Select(i => Add($"task {i}")).ToList();
        Assert.All(folds, fold => Assert.Same(fold, _cache.Find(fold.Id.Key)));
    }

    private TaskFold Add(string id)
    {
        var fold = new TaskFold(TaskId.Parse(id));
        _cache.Add(fold);
        return fold;
    }
}
