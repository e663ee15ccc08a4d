using System.Globalization;
using System.Text.Json.Nodes;
using EventHistory.Core;
using Microsoft.OpenApi;

namespace EventHistory.Api;

/// <summary>A parameter in the query string. The same list describes an endpoint and refuses what it does not know.</summary>
internal sealed record QueryParameter(string Name, string Description, JsonNode Example, OpenApiSchema Schema)
{
    public static QueryParameter Text(string name, string description, string example) =>
        new(name, description, example, new OpenApiSchema { Type = JsonSchemaType.String });

    public static QueryParameter Set(string name, string description, params string[] examples) => new(name, description,
        new JsonArray([.. examples.Select(e => JsonValue.Create(e))]),
        new OpenApiSchema { Type = JsonSchemaType.Array, Items = new OpenApiSchema { Type = JsonSchemaType.String } });

    public static QueryParameter Count(string name, string description, int most, int byDefault) => new(name, description, byDefault,
        new OpenApiSchema { Type = JsonSchemaType.Integer, Minimum = "1", Maximum = most.ToString(CultureInfo.InvariantCulture), Default = byDefault });

    /// <param name="values">The first one is the default.</param>
    public static QueryParameter Choice(string name, string description, IReadOnlyList<string> values) => new(name, description, values[0],
        new OpenApiSchema { Type = JsonSchemaType.String, Enum = [.. values.Select(v => JsonValue.Create(v)!)] });

    /// <param name="first">The smallest that makes sense.</param>
    public static QueryParameter Position(string name, string description, int first = 1) => new(name, description, 1000,
        new OpenApiSchema { Type = JsonSchemaType.Integer, Format = "int64", Minimum = first.ToString(CultureInfo.InvariantCulture) });

    public OpenApiParameter Describe() => new()
    {
        Name = Name,
        In = ParameterLocation.Query,
        Description = Description,
        Example = Example.DeepClone(),
        Schema = Schema,
    };
}

internal static class QueryParameters
{
    /// <summary>Describes the parameters and answers 400 to any other: a misspelt filter must not look like no filter.</summary>
    public static RouteHandlerBuilder WithQuery(this RouteHandlerBuilder endpoint, params QueryParameter[] parameters) => endpoint
        .AddOpenApiOperationTransformer((operation, _, _) =>
        {
            foreach (var id in (operation.Parameters ?? []).OfType<OpenApiParameter>().Where(p => p.In == ParameterLocation.Path))
                id.Description = id.Name == "hostname" ? "The worker's node name, percent-encoded as a whole." : "The task's id, percent-encoded as a whole.";
            operation.Parameters = [.. operation.Parameters ?? [], .. parameters.Select(p => p.Describe())];
            return Task.CompletedTask;
        })
        .AddEndpointFilter((context, next) =>
        {
            var unknown = context.HttpContext.Request.Query.Keys.FirstOrDefault(key => !parameters.Any(p => p.Name == key));
            return unknown is null ? next(context) : ValueTask.FromResult<object?>(ApiProblems.BadRequest(Unknown(unknown, parameters)));
        });

    /// <summary>Describes what stands in the path; after <see cref="WithQuery"/>.</summary>
    public static RouteHandlerBuilder WithPlace(this RouteHandlerBuilder endpoint, string name, string description) => endpoint
        .AddOpenApiOperationTransformer((operation, _, _) =>
        {
            operation.Parameters!.OfType<OpenApiParameter>().First(p => p.Name == name).Description = description;
            return Task.CompletedTask;
        });

    /// <summary>Describes the body: a JSON object of these members, and no others.</summary>
    public static RouteHandlerBuilder WithBody(this RouteHandlerBuilder endpoint, IReadOnlyCollection<string> required, Dictionary<string, OpenApiSchema> members, JsonObject example) => endpoint
        .Accepts<JsonObject>("application/json")
        .AddOpenApiOperationTransformer((operation, _, _) =>
        {
            operation.RequestBody = new OpenApiRequestBody
            {
                Required = true,
                Content = new Dictionary<string, OpenApiMediaType>
                {
                    ["application/json"] = new()
                    {
                        Schema = new OpenApiSchema
                        {
                            Type = JsonSchemaType.Object,
                            Required = required.ToHashSet(),
                            AdditionalPropertiesAllowed = false,
                            Properties = members.ToDictionary(m => m.Key, m => (IOpenApiSchema)m.Value),
                        },
                        Example = example.DeepClone(),
                    },
                },
            };
            return Task.CompletedTask;
        });

    /// <summary>What was given, as Core's parsers take it.</summary>
    public static IEnumerable<KeyValuePair<string, string>> Given(this HttpRequest request) =>
        request.Query.SelectMany(p => p.Value, (p, value) => KeyValuePair.Create(p.Key, value ?? ""));

    private static string Unknown(string name, QueryParameter[] parameters)
    {
        var known = parameters.Select(p => p.Name).ToList();
        var right = known.Count == 0 ? "this address takes none"
            : Spelling.Nearest(name, known) is { } meant ? $"did you mean {meant}?"
            : $"there are {string.Join(", ", known)}";
        return $"There is no parameter \"{name}\": {right}{(right.EndsWith('?') ? "" : ".")}";
    }
}
