%% Style: a process for each client, and one, the room, that all messages pass through.
%% Wakes: messages between processes; a socket is a process's mailbox, too.
%% Slow client: 1 MiB waits in its socket's port; then it misses the newest.
%% Gives up: a message through the room and a mailbox for each run of messages and client.
%% Build: erlc per_client.erl
-module(per_client).
-export([main/1]).

-define(MOST_WAITING, 1024 * 1024).
-define(BUFFER, 16 * 1024).

main([Address]) ->
    ok = os:set_signal(sigterm, default),
    ok = logger:remove_handler(default), % it would print to standard output
    ok = logger:add_handler(default, logger_std_h, #{config => #{type => standard_error}}),
    {Host, Port} = parse(Address),
    {ok, Ip} = inet:parse_address(Host),
    Family = case tuple_size(Ip) of 8 -> inet6; 4 -> inet end,
    {ok, Listener} = gen_tcp:listen(Port, [
        Family, binary, {ip, Ip}, {active, false}, {nodelay, true}, {reuseaddr, true},
        {backlog, 4096}, {buffer, ?BUFFER}, {exit_on_close, false},
        {high_watermark, ?MOST_WAITING}, {low_watermark, ?MOST_WAITING div 2}
    ]),
    Room = spawn_link(fun() -> room(#{}) end),
    {ok, Bound} = inet:port(Listener),
    io:format("listening on ~s~n", [format(Host, Bound)]),
    accept(Listener, Room).

accept(Listener, Room) ->
    case gen_tcp:accept(Listener) of
        {ok, Socket} ->
            Client = spawn(fun() -> receive start -> client(Socket, Room, <<>>) end end),
            Room ! {join, Client},
            ok = gen_tcp:controlling_process(Socket, Client),
            Client ! start;
        {error, _} ->
            timer:sleep(10) % no descriptor is free
    end,
    accept(Listener, Room).

%% All messages in one order: that in which they come here.
room(Clients) ->
    receive
        {say, Run} ->
            maps:foreach(fun(Client, _) -> Client ! {hear, Run} end, Clients),
            room(Clients);
        {join, Client} ->
            room(Clients#{Client => monitor(process, Client)});
        {leave, Client} ->
            Client ! left, % after all that it was sent
            room(maps:remove(Client, Clients));
        {'DOWN', _, process, Client, _} ->
            room(maps:remove(Client, Clients))
    end.

client(Socket, Room, Begun) ->
    ok = inet:setopts(Socket, [{active, once}]),
    client_loop(Socket, Room, Begun).

client_loop(Socket, Room, Begun) ->
    receive
        {tcp, Socket, Data} ->
            Bytes = <<Begun/binary, Data/binary>>,
            Whole = whole(Bytes, 0),
            <<Run:Whole/binary, Rest/binary>> = Bytes,
            Whole > 0 andalso (Room ! {say, Run}),
            client(Socket, Room, Rest);
        {hear, Run} ->
            %% Not gen_tcp:send, which would wait for a client that takes nothing.
            catch erlang:port_command(Socket, Run, [nosuspend]),
            client_loop(Socket, Room, Begun);
        {inet_reply, Socket, ok} ->
            client_loop(Socket, Room, Begun);
        {inet_reply, Socket, {error, _}} ->
            gone;
        {tcp_closed, Socket} ->
            Room ! {leave, self()},
            client_loop(Socket, Room, <<>>);
        {tcp_error, Socket, _} ->
            client_loop(Socket, Room, <<>>); % tcp_closed follows
        left ->
            gen_tcp:close(Socket) % when all that waits is sent
    end.

%% The bytes of the whole messages at the beginning.
whole(Bytes, At) ->
    case Bytes of
        <<_:At/binary, Length, _:Length/binary, _/binary>> -> whole(Bytes, At + 1 + Length);
        _ -> At
    end.

parse(Address) ->
    [Host, Port] = string:split(Address, ":", trailing),
    {string:trim(Host, both, "[]"), list_to_integer(Port)}.

format(Host, Port) ->
    Shape = case lists:member($:, Host) of true -> "[~s]:~b"; false -> "~s:~b" end,
    io_lib:format(Shape, [Host, Port]).
