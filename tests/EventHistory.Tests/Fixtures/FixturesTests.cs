namespace EventHistory.Tests.Fixtures;

/// <summary>The ground that all other tests stand on.</summary>
public sealed class FixturesTests(RabbitMq rabbit, Postgres postgres)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_broker_that_was_killed_comes_back_with_its_url()
    {
        await using var node = await RabbitMqNode.Start();
        var url = node.Url;

        await node.Kill();
        await node.Restart();

        Assert.Equal(url, node.Url);
        await using var feed = new TestFeed(node.Url);
        await using var connection = await feed.Connect();
        Assert.True(connection.IsOpen);
    }

    [Fact]
    public async Task A_test_feed_names_things_that_nobody_else_uses()
    {
        await using var one = await rabbit.CreateFeed();
        await using var other = await rabbit.CreateFeed();

        Assert.NotEqual(one.Stream, other.Stream);
        Assert.NotEqual(one.Exchange, other.Exchange);
    }

    [Fact]
    public async Task A_real_task_of_a_real_worker_is_recorded()
    {
        await using var node = await RabbitMqNode.Start();
        await using var database = await postgres.CreateDatabase();
        await using var service = await Service.Serve(node.Url, database.ConnectionString).Ready();
        await using var celery = await Celery.Start(node.Url);

        await celery.Run("from shop import orders; orders.place.apply_async([1], task_id='first')");

        await Until.True(async () =>
        {
            using var answer = await service.Http.GetAsync(new Uri("/api/v1/tasks/first", UriKind.Relative), Ct);
            return (await answer.Content.ReadAsStringAsync(Ct)).Contains("SUCCESS", StringComparison.Ordinal);
        }, "the task in the API");
    }
}
