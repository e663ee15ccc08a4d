using System.Reflection;
using EventHistory.Retention;
using EventHistory.Store;
using EventHistory.Tests.Fixtures;
using Npgsql;

namespace EventHistory.Tests.Store;

/// <summary>Every statement of the program is understood by PostgreSQL, against the schema that the migrations make.</summary>
public sealed class SqlTests(Postgres postgres)
{
    private static readonly string[] _verbs = ["select", "insert", "update", "delete", "with"];

    [Fact]
    public async Task Every_statement_prepares()
    {
        await using var database = await postgres.CreateDatabase();
        await using var data = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(database.ConnectionString) { SearchPath = "eventhistory" }); // as the writer's
        await using var connection = await data.OpenConnectionAsync(TestContext.Current.CancellationToken);
        // what a prune works in
        await using (var places = new NpgsqlCommand($"select eventhistory.begin_prune(); {GoingTasks.TablesSql}", connection))
            await places.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        var refused = new List<string>();
        var statements = Statements().ToList();
        foreach (var (name, sql) in statements)
        {
            try
            {
#pragma warning disable CA2100 // a constant of the program
                await using var prepare = new NpgsqlCommand($"prepare checked as {sql}; deallocate checked", connection);
#pragma warning restore CA2100
                await prepare.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
            }
            catch (PostgresException e)
            {
                refused.Add($"{name}: {e.MessageText}");
            }
        }
        Assert.Empty(refused);
        Assert.True(statements.Count >= 20, $"only {statements.Count} statements found");
    }

    private static IEnumerable<(string Name, string Sql)> Statements() =>
        from type in typeof(Migrator).Assembly.GetTypes()
        from field in type.GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)
        where field is { IsLiteral: true, FieldType.Name: nameof(String) } && field.Name.EndsWith("Sql", StringComparison.Ordinal)
        let sql = ((string)field.GetRawConstantValue()!).Trim()
        where _verbs.Any(verb => sql.StartsWith(verb + " ", StringComparison.Ordinal))
        select ($"{type.Name}.{field.Name}", sql);
}
